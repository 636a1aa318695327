package io.millrace.model.read;

import io.millrace.model.arch.Architecture;
import io.millrace.model.arch.EncoderConfig;
import io.millrace.model.arch.ModelType;
import io.millrace.model.pool.Pipeline;
import io.millrace.model.read.ModelFiles.HubSnapshot;
import io.millrace.model.tokenize.TokenizerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads the parts of a directory. After a problem it goes on wherever what follows still makes
 * sense, so that a user hears of all problems at once.
 */
final class DirectoryReader {
    private static final String CONFIG = "config.json";

    private final Path path;
    private final Problems problems;
    private final ModelFiles files;

    DirectoryReader(Path path) {
        this.path = path;
        this.problems = new Problems(path);
        this.files = new ModelFiles(path);
    }

    ModelDirectory read() {
        if (!Files.isDirectory(path)) {
            String found = Files.exists(path) ? "a file" : "nothing";
            problems.add(path.toString(), "a directory", found);
            problems.throwIfAny();
        }
        List<Module> modules = Module.readAll(files, problems);
        String folder = modules.isEmpty() ? "" : modules.get(0).folder();
        SentenceConfig sentence = SentenceConfig.read(files, problems);
        Optional<JsonFile> keys = config(folder);
        JsonFile model = keys.orElseGet(() -> JsonFile.empty(folder + CONFIG, problems));
        PipelineReader pipelineReader = new PipelineReader(files, sentence, model, problems);
        StoredWeights weights =
                new WeightFiles(files, problems)
                        .find(folder)
                        .orElseGet(() -> StoredWeights.none(problems));
        Optional<Architecture> architecture = keys.flatMap(k -> architecture(k, weights));
        Optional<EncoderConfig> config = architecture.map(Architecture::config);
        Optional<TokenizerSettings> tokenizer =
                new TokenizerReader(files, folder, model, problems)
                        .read(config, sentence.prompts().defaultText());
        Optional<Pipeline> pipeline =
                config.map(c -> pipelineReader.read(modules, c.hiddenSize(), c.numHiddenLayers()));
        problems.throwIfAny();

        List<StoredWeights> stored = new ArrayList<>(pipelineReader.weights());
        stored.add(weights);
        return new ModelDirectory(
                path,
                files.hubSnapshot().map(HubSnapshot::id).orElseGet(this::name),
                revision(),
                architecture.orElseThrow(),
                pipeline.orElseThrow(),
                tokenizer.orElseThrow(),
                sentence.prompts(),
                sizes(),
                stored.stream().mapToLong(StoredWeights::parameters).sum(),
                stored.stream()
                        .flatMap(w -> w.types().stream())
                        .map(DataType::name)
                        .distinct()
                        .sorted()
                        .toList());
    }

    private Optional<JsonFile> config(String folder) {
        String name = folder + CONFIG;
        Optional<Path> file = files.find(name);
        if (file.isEmpty()) {
            problems.add(name, "the model's configuration", "no such file");
        }
        return file.flatMap(f -> JsonFile.read(name, f, problems));
    }

    /**
     * Empty when the configuration has problems, as sizes that follow from it mean nothing then.
     */
    private Optional<Architecture> architecture(JsonFile config, StoredWeights weights) {
        Optional<ModelType> type = ModelType.of(config);
        if (type.isEmpty()) {
            return Optional.empty();
        }
        weights.begin(type.get().tensorPrefixes());
        Architecture architecture = Architecture.read(type.get(), config, weights);
        return weights.finish() ? Optional.of(architecture) : Optional.empty();
    }

    private String name() {
        Path name = path.toAbsolutePath().normalize().getFileName();
        return name == null ? "" : name.toString();
    }

    private String revision() {
        Optional<HubSnapshot> snapshot = files.hubSnapshot();
        if (snapshot.isPresent()) {
            return snapshot.get().commit();
        }
        try {
            return Revision.of(files.used());
        } catch (IOException e) {
            throw unreadable(e);
        }
    }

    private SortedMap<String, Long> sizes() {
        SortedMap<String, Long> sizes = new TreeMap<>();
        try {
            for (Map.Entry<String, Path> file : files.used().entrySet()) {
                sizes.put(file.getKey(), Files.size(file.getValue()));
            }
        } catch (IOException e) {
            throw unreadable(e);
        }
        return sizes;
    }

    private IllegalStateException unreadable(IOException e) {
        problems.add(path.toString(), "readable files", e.toString());
        problems.throwIfAny();
        return new IllegalStateException("a problem was just added", e);
    }
}
