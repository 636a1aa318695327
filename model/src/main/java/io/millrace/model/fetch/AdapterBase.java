package io.millrace.model.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which model of the Hub an adapter says that it was trained on. Only the Hub is looked at: a
 * directory that was downloaded must not choose other files of this machine.
 */
final class AdapterBase {
    static final String FILE = "adapter_config.json";

    private static final String MODULES = "modules.json";

    private AdapterBase() {}

    /**
     * The model that an {@code adapter_config.json} names.
     *
     * @throws HubException when its revision cannot be one
     */
    static Optional<HubReference> of(JsonNode config) {
        String name = config.path("base_model_name_or_path").asText();
        String revision = config.path("revision").asText("");
        boolean latest = revision.isEmpty() || config.path("revision").isNull();
        return name.contains("@")
                ? Optional.empty()
                : HubReference.parse(latest ? name : name + "@" + revision);
    }

    /** The same of a directory; empty when it is no adapter, or has its base inside. */
    static Optional<HubReference> in(Path directory) {
        try {
            String folder = folder(directory);
            Path file = directory.resolve(folder + FILE);
            Optional<JsonNode> config =
                    Files.isRegularFile(file) ? SmallJson.read(file) : Optional.empty();
            Optional<HubReference> base = config.flatMap(AdapterBase::of);
            return base.filter(b -> !Files.exists(directory.resolve(folder + b.id())));
        } catch (IOException | InvalidPathException e) {
            return Optional.empty(); // whoever reads the directory says what is wrong with it
        }
    }

    private static String folder(Path directory) throws IOException {
        Path modules = directory.resolve(MODULES);
        if (!Files.isRegularFile(modules)) {
            return "";
        }
        String folder =
                SmallJson.read(modules)
                        .map(json -> json.path(0).path("path").asText())
                        .orElse("")
                        .replaceFirst("/$", "");
        return folder.isEmpty() || !SafeNames.isInside(folder) ? "" : folder + "/";
    }
}
