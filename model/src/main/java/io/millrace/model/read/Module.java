package io.millrace.model.read;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One entry of {@code modules.json}.
 *
 * @param folder where its files are: {@code ""} for the directory itself, otherwise ends with a
 *     slash
 */
record Module(Type type, String folder) {
    static final String FILE = "modules.json";
    private static final String PACKAGE = "sentence_transformers.";

    /** The modules that can be run. */
    enum Type {
        TRANSFORMER("Transformer"),
        POOLING("Pooling"),
        DENSE("Dense"),
        NORMALIZE("Normalize");

        private final String className;

        Type(String className) {
            this.className = className;
        }
    }

    /**
     * The modules in order. Without the file: the transformer alone, after which the pipeline takes
     * the mean.
     */
    static List<Module> readAll(ModelFiles files, Problems problems) {
        Optional<JsonNode> json =
                files.find(FILE).flatMap(file -> JsonFile.readTree(FILE, file, problems));
        if (json.isEmpty()) {
            return List.of(new Module(Type.TRANSFORMER, ""));
        }
        List<Module> modules = new ArrayList<>();
        for (JsonNode entry : json.get()) {
            read(entry, files, problems).ifPresent(modules::add);
        }
        if (modules.size() == json.get().size()) {
            checkOrder(modules, problems);
        }
        return modules;
    }

    private static Optional<Module> read(JsonNode entry, ModelFiles files, Problems problems) {
        String path = entry.path("path").asText();
        if (!files.isContained(path)) {
            problems.add(FILE, "paths inside the directory", "\"%s\"".formatted(path));
            return Optional.empty();
        }
        String folder = path.isEmpty() || path.endsWith("/") ? path : path + "/";
        String name = entry.path("type").asText();
        // Both generations of names end alike; anything else would be code of the directory's own.
        String last = name.substring(name.lastIndexOf('.') + 1);
        for (Type type : Type.values()) {
            if (type.className.equals(last) && name.startsWith(PACKAGE)) {
                return Optional.of(new Module(type, folder));
            }
        }
        problems.add(
                FILE,
                "modules Transformer, Pooling, Dense, Normalize of sentence_transformers",
                "\"%s\"".formatted(name));
        return Optional.empty();
    }

    private static void checkOrder(List<Module> modules, Problems problems) {
        List<Type> types = modules.stream().map(Module::type).toList();
        boolean ordered =
                types.size() >= 2
                        && types.get(0) == Type.TRANSFORMER
                        && types.get(1) == Type.POOLING
                        && types.lastIndexOf(Type.TRANSFORMER) == 0
                        && types.lastIndexOf(Type.POOLING) == 1;
        if (!ordered) {
            problems.add(
                    FILE,
                    "a Transformer, a Pooling, then any Dense and Normalize",
                    types.toString());
        }
    }
}
