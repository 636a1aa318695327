package io.millrace.model.read;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.model.arch.Activation;
import io.millrace.model.arch.Linear;
import io.millrace.model.pool.Pipeline;
import io.millrace.model.pool.PoolingMode;
import io.millrace.model.pool.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the modules after the transformer: pooling, dense layers, normalisation. */
final class PipelineReader {
    private static final int MAX_WIDTH = 1 << 16;
    private static final String INPUT = "sentence_embedding";
    private static final Map<String, Activation> ACTIVATIONS =
            Map.of(
                    "torch.nn.modules.linear.Identity", Activation.IDENTITY,
                    "torch.nn.modules.activation.Tanh", Activation.TANH,
                    "torch.nn.modules.activation.ReLU", Activation.RELU,
                    "torch.nn.modules.activation.GELU", Activation.GELU_ERF,
                    "torch.nn.modules.activation.SiLU", Activation.SILU,
                    "torch.nn.modules.activation.Sigmoid", Activation.SIGMOID);

    private final ModelFiles files;
    private final Problems problems;
    private final SentenceConfig sentence;
    private final List<StoredWeights> weights = new ArrayList<>();
    private int width;

    PipelineReader(ModelFiles files, SentenceConfig sentence, Problems problems) {
        this.files = files;
        this.sentence = sentence;
        this.problems = problems;
    }

    /** The weights of all dense layers that were read. */
    List<StoredWeights> weights() {
        return weights;
    }

    Pipeline read(List<Module> modules, int hiddenSize) {
        width = hiddenSize;
        List<PoolingMode> modes = List.of(PoolingMode.MEAN);
        List<Step> steps = new ArrayList<>();
        for (Module module : modules) {
            switch (module.type()) {
                case TRANSFORMER -> {}
                case POOLING -> modes = pooling(module, hiddenSize);
                case DENSE -> dense(module).ifPresent(steps::add);
                case NORMALIZE -> steps.add(normalize(module));
            }
        }
        return new Pipeline(
                modes, steps, width, Math.min(width, sentence.truncateDim().orElse(width)), false);
    }

    private List<PoolingMode> pooling(Module module, int hiddenSize) {
        Optional<JsonFile> json = config(module, true);
        if (json.isEmpty()) {
            return List.of(PoolingMode.MEAN);
        }
        JsonFile config = json.get();
        String key =
                config.has("embedding_dimension")
                        ? "embedding_dimension"
                        : "word_embedding_dimension";
        if (config.count(key, -1, 1, MAX_WIDTH) != hiddenSize) {
            config.problem(key, "hidden_size " + hiddenSize);
        }
        if (!config.flag("include_prompt", true) && !sentence.prompts().defaultText().isEmpty()) {
            config.problem("include_prompt", "true, as there is a default prompt");
        }
        List<PoolingMode> modes = modes(config);
        width = modes.size() * hiddenSize;
        return modes;
    }

    private static List<PoolingMode> modes(JsonFile config) {
        if (!config.has("pooling_mode")) {
            List<PoolingMode> modes =
                    Arrays.stream(PoolingMode.values())
                            .filter(mode -> config.flag(mode.legacyKey(), false))
                            .toList();
            return modes.isEmpty() ? List.of(PoolingMode.MEAN) : modes;
        }
        JsonNode value = config.get("pooling_mode");
        List<JsonNode> keys = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(keys::add);
        } else {
            keys.add(value);
        }
        List<PoolingMode> modes =
                keys.stream()
                        .map(key -> PoolingMode.of(key.asText()))
                        .flatMap(Optional::stream)
                        .toList();
        if (modes.size() < keys.size() || modes.isEmpty()) {
            config.problem(
                    "pooling_mode",
                    Arrays.stream(PoolingMode.values())
                            .map(PoolingMode::key)
                            .collect(Collectors.joining(", ", "one or several of ", "")));
            return List.of(PoolingMode.MEAN);
        }
        return modes;
    }

    private Optional<Step> dense(Module module) {
        Optional<JsonFile> json = config(module, true);
        if (json.isEmpty()) {
            return Optional.empty();
        }
        JsonFile config = json.get();
        checkNames(config);
        if (config.flag("use_residual", false)) {
            config.problem("use_residual", "false");
        }
        int in = config.count("in_features", -1, 1, MAX_WIDTH);
        if (in != width) {
            config.problem("in_features", width + ", what the module before it gives");
        }
        int out = config.count("out_features", -1, 1, MAX_WIDTH);
        if (out < 0) {
            config.problem("out_features", "a whole number");
            return Optional.empty();
        }
        int before = width;
        width = out;
        String name = config.text("activation_function", "torch.nn.modules.activation.Tanh");
        Activation activation = ACTIVATIONS.get(name);
        if (activation == null) {
            config.problem(
                    "activation_function",
                    "one of "
                            + ACTIVATIONS.keySet().stream()
                                    .sorted()
                                    .collect(Collectors.joining(", ")));
            return Optional.empty();
        }
        boolean bias = config.flag("bias", true);
        return new WeightFiles(files, problems)
                .find(module.folder())
                .map(
                        stored -> {
                            weights.add(stored);
                            Linear linear =
                                    new Linear(
                                            stored.get("linear.weight", out, before),
                                            bias ? stored.get("linear.bias", out) : null);
                            return new Step.Dense(linear, activation);
                        });
    }

    private Step normalize(Module module) {
        config(module, false).ifPresent(PipelineReader::checkNames);
        return new Step.Normalize();
    }

    /** A module may read and write anything by name; here each takes what the one before gave. */
    private static void checkNames(JsonFile config) {
        for (String key : List.of("module_input_name", "module_output_name")) {
            if (!config.text(key, INPUT).equals(INPUT)) {
                config.problem(key, INPUT);
            }
        }
    }

    private Optional<JsonFile> config(Module module, boolean required) {
        String name = module.folder() + "config.json";
        Optional<JsonFile> json =
                files.find(name).flatMap(file -> JsonFile.read(name, file, problems));
        if (json.isEmpty() && required && !files.exists(name)) {
            problems.add(name, "the module's configuration", "no such file");
        }
        return json;
    }
}
