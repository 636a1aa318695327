package io.millrace.model.read;

import io.millrace.model.arch.Architecture;
import io.millrace.model.arch.EncoderConfig;
import io.millrace.model.arch.ModelType;
import io.millrace.model.pool.Pipeline;
import io.millrace.model.read.ModelFiles.HubSnapshot;
import io.millrace.model.read.Sources.Place;
import io.millrace.model.tokenize.TokenizerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Reads the parts of a directory. After a problem it goes on wherever what follows still makes
 * sense, so that a user hears of all problems at once.
 */
final class DirectoryReader {
    private static final String CONFIG = "config.json";

    private final Path path;
    private final Problems problems;

    DirectoryReader(Path path) {
        this.path = path;
        this.problems = new Problems(path);
    }

    /**
     * Reads a directory, and an adapter that may be in it.
     *
     * @param bases finds the directory of the model that an adapter names as its base
     */
    ModelDirectory read(Function<String, Optional<Path>> bases) {
        return read(Sources.of(path, bases, problems));
    }

    /** Reads a directory, and an adapter that is in another. */
    ModelDirectory read(Path adapter) {
        return read(Sources.of(path, adapter, problems));
    }

    private ModelDirectory read(Sources sources) {
        ModelFiles files = sources.pipeline().files();
        Problems ofPipeline = sources.pipeline().problems();
        SentenceConfig sentence = SentenceConfig.read(files, ofPipeline);
        Optional<JsonFile> keys = config(sources.weights());
        JsonFile model =
                keys.orElseGet(
                        () ->
                                JsonFile.empty(
                                        sources.weights().folder() + CONFIG,
                                        sources.weights().problems()));
        PipelineReader pipelineReader = new PipelineReader(files, sentence, model, ofPipeline);
        StoredWeights weights =
                new WeightFiles(sources.weights().files(), sources.weights().problems())
                        .find(sources.weights().folder())
                        .orElseGet(() -> StoredWeights.none(problems));
        Optional<Architecture> architecture =
                keys.flatMap(k -> architecture(k, weights, sources.adapter()));
        Optional<EncoderConfig> config = architecture.map(Architecture::config);
        TokenizerReader tokenizerReader = tokenizer(sources, model);
        Optional<TokenizerSettings> tokenizer =
                tokenizerReader.read(config, sentence.prompts().defaultText());
        Optional<Pipeline> pipeline =
                config.map(
                        c ->
                                pipelineReader.read(
                                        sources.modules(), c.hiddenSize(), c.numHiddenLayers()));
        problems.throwIfAny();

        SortedMap<String, Path> used = used(sources);
        List<StoredWeights> stored = new ArrayList<>(pipelineReader.weights());
        stored.add(weights);
        return new ModelDirectory(
                path,
                hubSnapshot().map(HubSnapshot::id).orElseGet(this::name),
                revision(used, sources),
                architecture.orElseThrow(),
                pipeline.orElseThrow(),
                tokenizer.orElseThrow(),
                sentence.prompts(),
                sizes(used),
                stored.stream().mapToLong(StoredWeights::parameters).sum(),
                stored.stream()
                        .flatMap(w -> w.types().stream())
                        .map(DataType::name)
                        .distinct()
                        .sorted()
                        .toList(),
                Remarks.of(
                        model,
                        weights.names(),
                        weights.asked(),
                        tokenizerReader.lengthIsGiven(),
                        tokenizer.get().maxTokens()));
    }

    private static Optional<JsonFile> config(Place place) {
        String name = place.folder() + CONFIG;
        Optional<Path> file = place.files().find(name);
        if (file.isEmpty()) {
            place.problems().add(name, "the model's configuration", "no such file");
        }
        return file.flatMap(f -> JsonFile.read(name, f, place.problems()));
    }

    private static TokenizerReader tokenizer(Sources sources, JsonFile model) {
        Place pipeline = sources.pipeline();
        Place place = sources.tokenizer();
        return new TokenizerReader(
                place.files(),
                place.folder(),
                TransformerConfig.read(pipeline.files(), pipeline.folder(), pipeline.problems()),
                model,
                place.problems());
    }

    /**
     * Empty when the configuration has problems, as sizes that follow from it mean nothing then.
     */
    private Optional<Architecture> architecture(
            JsonFile config, StoredWeights weights, Optional<Adapter> adapter) {
        Optional<ModelType> type = ModelType.of(config);
        if (type.isEmpty()) {
            return Optional.empty();
        }
        weights.begin(type.get().tensorPrefixes());
        JsonFile keys = config;
        if (weights.isPresent() && adapter.isPresent()) {
            adapter.get().change(weights);
            OptionalInt words = adapter.get().words();
            keys = words.isPresent() ? config.with("vocab_size", words.getAsInt()) : config;
        }
        Architecture architecture = Architecture.read(type.get(), keys, weights);
        return weights.finish() ? Optional.of(architecture) : Optional.empty();
    }

    private String name() {
        Path name = path.toAbsolutePath().normalize().getFileName();
        return name == null ? "" : name.toString();
    }

    private Optional<HubSnapshot> hubSnapshot() {
        return HubSnapshot.of(path);
    }

    /** The files that were read, by their names; those of another directory by its label too. */
    private static SortedMap<String, Path> used(Sources sources) {
        SortedMap<String, Path> used = new TreeMap<>();
        for (Place place : sources.all()) {
            place.files().used().forEach((name, file) -> used.put(place.label() + name, file));
        }
        return used;
    }

    /** The Hub's commit says nothing of another directory. */
    private Revision revision(SortedMap<String, Path> used, Sources sources) {
        Optional<HubSnapshot> snapshot = hubSnapshot();
        if (snapshot.isPresent() && sources.all().size() == 1) {
            return Revision.of(path, snapshot.get().commit());
        }
        return Revision.of(path, used);
    }

    private SortedMap<String, Long> sizes(SortedMap<String, Path> used) {
        SortedMap<String, Long> sizes = new TreeMap<>();
        try {
            for (Map.Entry<String, Path> file : used.entrySet()) {
                sizes.put(file.getKey(), Files.size(file.getValue()));
            }
        } catch (IOException e) {
            problems.add(path.toString(), "readable files", e.toString());
            problems.throwIfAny();
        }
        return sizes;
    }
}
