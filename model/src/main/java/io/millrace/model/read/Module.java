package io.millrace.model.read;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.model.ModelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

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
        NORMALIZE("Normalize"),
        LAYER_NORM("LayerNorm"),
        WEIGHTED_LAYER_POOLING("WeightedLayerPooling"),
        /** Does nothing but in training. */
        DROPOUT("Dropout");

        private final String className;

        Type(String className) {
            this.className = className;
        }

        String className() {
            return className;
        }
    }

    /** Why some others cannot be. */
    private static final Map<String, String> REASONS =
            Map.of(
                    "Router", "it sends queries and documents different ways",
                    "Asym", "it sends queries and documents different ways",
                    "CLIPModel", "it is for images",
                    "StaticEmbedding", "it has no transformer",
                    "WordEmbeddings", "it has no transformer",
                    "BoW", "it has no transformer",
                    "SpladePooling", "it is for sparse vectors",
                    "MLMTransformer", "it is for sparse vectors",
                    "LSTM", "it is a network of its own",
                    "CNN", "it is a network of its own");

    /**
     * The modules in order; empty where there is no such file.
     *
     * @throws ModelException when they do not begin with an encoder
     */
    static List<Module> readAll(ModelFiles files, Problems problems) {
        Optional<JsonNode> json =
                files.find(FILE).flatMap(file -> JsonFile.readTree(FILE, file, problems));
        List<Module> modules = new ArrayList<>();
        if (json.isPresent()) {
            for (JsonNode entry : json.get()) {
                read(entry, files, problems).ifPresent(modules::add);
            }
            if (modules.size() == json.get().size()) {
                checkFirst(modules, problems);
            }
        }
        if (files.exists(FILE) && (modules.isEmpty() || modules.get(0).type != Type.TRANSFORMER)) {
            problems.throwIfAny(); // where the encoder's files are is not known
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
        String reason = name.startsWith(PACKAGE) ? REASONS.getOrDefault(last, "") : "";
        problems.add(
                FILE,
                "modules %s of sentence_transformers"
                        .formatted(
                                Arrays.stream(Type.values())
                                        .map(Type::className)
                                        .collect(Collectors.joining(", "))),
                "\"%s\"".formatted(name) + (reason.isEmpty() ? "" : ": " + reason));
        return Optional.empty();
    }

    private static void checkFirst(List<Module> modules, Problems problems) {
        List<Type> types = modules.stream().map(Module::type).toList();
        if (types.indexOf(Type.TRANSFORMER) != 0 || types.lastIndexOf(Type.TRANSFORMER) != 0) {
            problems.add(FILE, "one Transformer, the first module", types.toString());
        }
    }
}
