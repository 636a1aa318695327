package io.millrace.model.read;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.model.arch.Activation;
import io.millrace.model.arch.Linear;
import io.millrace.model.arch.Norm;
import io.millrace.model.arch.Weight;
import io.millrace.model.pool.Pipeline;
import io.millrace.model.pool.PoolingMode;
import io.millrace.model.pool.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Reads the modules after the transformer. They hand on a vector a token, and from the pooling on a
 * vector a text; any order in which each finds what it takes is good.
 */
final class PipelineReader {
    private static final int MAX_WIDTH = 1 << 16;
    private static final String TOKENS = "token_embeddings";
    private static final String SENTENCE = "sentence_embedding";
    private static final String IN_NAME = "module_input_name";
    private static final String OUT_NAME = "module_output_name";
    private static final float LAYER_NORM_EPSILON = 1e-5f;

    /** By the names of their classes in {@code torch.nn}; those that need no argument. */
    private static final Map<String, Activation> ACTIVATIONS =
            Map.ofEntries(
                    Map.entry("Identity", Activation.IDENTITY),
                    Map.entry("Tanh", Activation.TANH),
                    Map.entry("ReLU", Activation.RELU),
                    Map.entry("ReLU6", Activation.RELU6),
                    Map.entry("LeakyReLU", Activation.LEAKY_RELU),
                    Map.entry("ELU", Activation.ELU),
                    Map.entry("CELU", Activation.ELU),
                    Map.entry("SELU", Activation.SELU),
                    Map.entry("GELU", Activation.GELU_ERF),
                    Map.entry("SiLU", Activation.SILU),
                    Map.entry("Mish", Activation.MISH),
                    Map.entry("Sigmoid", Activation.SIGMOID),
                    Map.entry("LogSigmoid", Activation.LOG_SIGMOID),
                    Map.entry("Softplus", Activation.SOFTPLUS),
                    Map.entry("Softsign", Activation.SOFTSIGN),
                    Map.entry("Tanhshrink", Activation.TANH_SHRINK),
                    Map.entry("Hardtanh", Activation.HARD_TANH),
                    Map.entry("Hardsigmoid", Activation.HARD_SIGMOID),
                    Map.entry("Hardswish", Activation.HARD_SWISH));

    private final ModelFiles files;
    private final Problems problems;
    private final SentenceConfig sentence;

    /** {@code config.json} of the encoder. */
    private final JsonFile encoder;

    private final List<StoredWeights> weights = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();

    /** Of the vectors of tokens. */
    private int tokenWidth;

    /** Of the vector of the text; zero: there is none yet. */
    private int width;

    PipelineReader(ModelFiles files, SentenceConfig sentence, JsonFile encoder, Problems problems) {
        this.files = files;
        this.sentence = sentence;
        this.encoder = encoder;
        this.problems = problems;
    }

    /** The weights of all modules that were read. */
    List<StoredWeights> weights() {
        return weights;
    }

    /**
     * Reads them.
     *
     * @param modules what {@code modules.json} has; empty: there is none
     * @param layers how many layers the encoder has
     */
    Pipeline read(List<Module> modules, int hiddenSize, int layers) {
        tokenWidth = hiddenSize;
        width = 0;
        if (!files.exists(Module.FILE)) {
            addPooling(List.of(defaultMode()), true);
        }
        for (Module module : modules) {
            switch (module.type()) {
                case TRANSFORMER, DROPOUT -> {}
                case POOLING -> pooling(module);
                case DENSE -> dense(module);
                case NORMALIZE -> normalize(module);
                case LAYER_NORM -> layerNorm(module);
                case WEIGHTED_LAYER_POOLING -> layerMean(module, layers);
            }
        }
        if (width == 0) {
            if (problems.count() == 0) {
                problems.add(Module.FILE, "a Pooling", "none");
            }
            width = hiddenSize;
        }
        int dimension = Math.min(width, sentence.truncateDim().orElse(width));
        return new Pipeline(steps, width, dimension, false, 0);
    }

    /** A model that was made to write text has read all of it at its last token. */
    private PoolingMode defaultMode() {
        // The reference would put each text into the template of a chat.
        JsonFile tokenizer =
                files.find("tokenizer_config.json")
                        .flatMap(
                                file ->
                                        JsonFile.read(
                                                "tokenizer_config.json",
                                                file,
                                                new Problems(files.root())))
                        .orElseGet(() -> JsonFile.empty("tokenizer_config.json", problems));
        if (tokenizer.has("chat_template") || files.exists("chat_template.jinja")) {
            problems.add(
                    Module.FILE,
                    "modules, as there is a chat template, which would be put around every text",
                    "no such file");
        }
        boolean writes = encoder.get("architectures").path(0).asText().endsWith("ForCausalLM");
        return writes && encoder.get("is_causal").asBoolean(true)
                ? PoolingMode.LAST_TOKEN
                : PoolingMode.MEAN;
    }

    private void addPooling(List<PoolingMode> modes, boolean includePrompt) {
        steps.add(new Step.Pooling(modes, includePrompt));
        width = modes.size() * tokenWidth;
    }

    private void pooling(Module module) {
        Optional<JsonFile> json = config(module, true);
        if (json.isEmpty()) {
            addPooling(List.of(PoolingMode.MEAN), true);
            return;
        }
        JsonFile config = json.get();
        checkWidth(config, tokenWidth);
        addPooling(modes(config), config.flag("include_prompt", true));
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

    private void dense(Module module) {
        Optional<JsonFile> json = config(module, true);
        if (json.isEmpty()) {
            return;
        }
        JsonFile config = json.get();
        Optional<Boolean> ofTokens = ofTokens(config);
        int in = ofTokens.orElse(false) ? tokenWidth : width;
        if (ofTokens.isPresent() && in == 0) {
            config.problem(IN_NAME, "what a module before it gives");
            return;
        }
        if (config.count("in_features", -1, 1, MAX_WIDTH) != in) {
            config.problem("in_features", in + ", what the module before it gives");
        }
        int out = config.count("out_features", -1, 1, MAX_WIDTH);
        if (out < 0) {
            config.problem("out_features", "a whole number");
        }
        Optional<Activation> activation = activation(config);
        if (out < 0 || ofTokens.isEmpty() || activation.isEmpty()) {
            return;
        }
        boolean bias = config.flag("bias", true);
        boolean residual = config.flag("use_residual", false);
        find(module)
                .ifPresent(
                        stored -> {
                            Linear linear = Linear.read(stored, "linear", in, out, bias);
                            Linear projection =
                                    residual && in != out
                                            ? Linear.read(stored, "residual", in, out, false)
                                            : null;
                            steps.add(
                                    new Step.Dense(
                                            linear,
                                            activation.get(),
                                            ofTokens.get(),
                                            residual,
                                            projection));
                        });
        if (ofTokens.get()) {
            tokenWidth = out;
        } else {
            width = out;
        }
    }

    private static Optional<Activation> activation(JsonFile config) {
        String name = config.text("activation_function", "torch.nn.modules.activation.Tanh");
        String simple = name.substring(name.lastIndexOf('.') + 1);
        boolean ofTorch =
                Stream.of("torch.nn.", "torch.nn.modules.activation.", "torch.nn.modules.linear.")
                        .anyMatch(prefix -> name.equals(prefix + simple));
        if (!ofTorch || !ACTIVATIONS.containsKey(simple)) {
            config.problem(
                    "activation_function",
                    "one of torch.nn.modules.activation: "
                            + ACTIVATIONS.keySet().stream()
                                    .sorted()
                                    .collect(Collectors.joining(", ")));
            return Optional.empty();
        }
        return Optional.of(ACTIVATIONS.get(simple));
    }

    private void normalize(Module module) {
        boolean ofTokens = config(module, false).flatMap(this::ofTokens).orElse(false);
        // Of a text's vector that is not there yet, the reference makes nothing.
        if (ofTokens || width > 0) {
            steps.add(new Step.Normalize(ofTokens));
        }
    }

    private void layerNorm(Module module) {
        Optional<JsonFile> config = config(module, true);
        if (config.isEmpty()) {
            return;
        }
        if (width == 0) {
            problems.add(Module.FILE, "a Pooling before LayerNorm", "none");
            return;
        }
        if (config.get().count("dimension", -1, 1, MAX_WIDTH) != width) {
            config.get().problem("dimension", width + ", what the module before it gives");
            return;
        }
        find(module)
                .ifPresent(
                        stored ->
                                steps.add(
                                        new Step.LayerNorm(
                                                Norm.read(
                                                        stored,
                                                        "norm",
                                                        width,
                                                        LAYER_NORM_EPSILON))));
    }

    /** The reference hands on what all layers made only if the encoder's configuration says so. */
    private void layerMean(Module module, int layers) {
        Optional<JsonFile> json = config(module, true);
        if (json.isEmpty()) {
            return;
        }
        JsonFile config = json.get();
        checkWidth(config, tokenWidth);
        int start = config.count("layer_start", 4, 0, layers);
        if (config.count("num_hidden_layers", 12, 0, MAX_WIDTH) != layers) {
            config.problem("num_hidden_layers", layers + ", as the encoder has");
            return;
        }
        Optional<StoredWeights> stored = find(module);
        if (stored.isEmpty()) {
            return;
        }
        Weight weight = stored.get().get("layer_weights", layers + 1 - start);
        if (encoder.flag("output_hidden_states", false)) {
            steps.add(new Step.LayerMean(weight, start));
        }
    }

    private static void checkWidth(JsonFile config, int expected) {
        String key =
                config.has("embedding_dimension")
                        ? "embedding_dimension"
                        : "word_embedding_dimension";
        if (config.count(key, -1, 1, MAX_WIDTH) != expected) {
            config.problem(key, "hidden_size " + expected);
        }
    }

    /**
     * Whether a module takes and gives the vectors of tokens; empty: neither those nor the text's,
     * which has been noted then.
     */
    private Optional<Boolean> ofTokens(JsonFile config) {
        String in = config.text(IN_NAME, SENTENCE);
        String out = config.text(OUT_NAME, in);
        if (!in.equals(SENTENCE) && !in.equals(TOKENS)) {
            config.problem(IN_NAME, SENTENCE + " or " + TOKENS);
            return Optional.empty();
        }
        if (!out.equals(in)) {
            config.problem(OUT_NAME, in + ", as it takes that");
            return Optional.empty();
        }
        return Optional.of(in.equals(TOKENS));
    }

    private Optional<StoredWeights> find(Module module) {
        Optional<StoredWeights> stored = new WeightFiles(files, problems).find(module.folder());
        stored.ifPresent(weights::add);
        return stored;
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
