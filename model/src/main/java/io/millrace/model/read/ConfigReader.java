package io.millrace.model.read;

import io.millrace.model.arch.Activation;
import io.millrace.model.arch.EncoderConfig;
import io.millrace.model.arch.ModelType;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Reads {@code config.json}, with the defaults of <a
 * href="https://github.com/huggingface/transformers/tree/main/src/transformers/models">the
 * reference</a>. Every number is bounded here, before anything is allocated by it. The type that
 * the weights were trained or saved in ({@code dtype}, {@code torch_dtype}) does not decide how
 * they are computed with.
 */
final class ConfigReader {
    private static final int MAX_WIDTH = 1 << 16;
    private static final int MAX_LAYERS = 1 << 10;
    private static final int MAX_ROWS = 1 << 24;

    private ConfigReader() {}

    /** The configuration; empty when it cannot be used, which has been noted then. */
    static Optional<EncoderConfig> read(JsonFile json, Problems problems) {
        int problemsBefore = problems.count();
        String key = json.text("model_type", "");
        Optional<ModelType> type = ModelType.of(key);
        if (type.isEmpty()) {
            json.problem("model_type", "one of " + knownTypes());
            return Optional.empty();
        }
        EncoderConfig config =
                switch (type.get()) {
                    case BERT -> bert(json);
                };
        if (config.hiddenSize() % config.numAttentionHeads() != 0) {
            json.problem("num_attention_heads", "a divisor of hidden_size " + config.hiddenSize());
        }
        if (config.padTokenId() >= config.vocabSize()) {
            json.problem("pad_token_id", "less than vocab_size " + config.vocabSize());
        }
        return problems.count() == problemsBefore ? Optional.of(config) : Optional.empty();
    }

    private static EncoderConfig bert(JsonFile json) {
        String positions = json.text("position_embedding_type", "absolute");
        if (!positions.equals("absolute")) {
            json.problem("position_embedding_type", "absolute");
        }
        return new EncoderConfig(
                ModelType.BERT,
                json.count("vocab_size", 30522, 1, MAX_ROWS),
                json.count("hidden_size", 768, 1, MAX_WIDTH),
                json.count("num_hidden_layers", 12, 1, MAX_LAYERS),
                json.count("num_attention_heads", 12, 1, MAX_WIDTH),
                json.count("intermediate_size", 3072, 1, 4 * MAX_WIDTH),
                activation(json),
                json.count("max_position_embeddings", 512, 1, MAX_ROWS),
                json.count("type_vocab_size", 2, 1, MAX_ROWS),
                json.number("layer_norm_eps", 1e-12f, 0, 1),
                json.count("pad_token_id", 0, 0, MAX_ROWS),
                json.flag("is_decoder", false));
    }

    /**
     * The names of activations, as <a
     * href="https://github.com/huggingface/transformers/blob/main/src/transformers/activations.py">activations.py</a>
     * gives them.
     */
    private static Activation activation(JsonFile json) {
        return switch (json.text("hidden_act", "gelu")) {
            case "gelu", "gelu_python" -> Activation.GELU_ERF;
            case "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_python_tanh" ->
                    Activation.GELU_TANH;
            case "relu" -> Activation.RELU;
            case "silu", "swish" -> Activation.SILU;
            case "tanh" -> Activation.TANH;
            case "sigmoid" -> Activation.SIGMOID;
            default -> {
                json.problem(
                        "hidden_act",
                        "gelu, gelu_new, gelu_pytorch_tanh, gelu_fast, relu, silu, swish, tanh or"
                                + " sigmoid");
                yield Activation.IDENTITY;
            }
        };
    }

    private static String knownTypes() {
        return Arrays.stream(ModelType.values())
                .map(ModelType::key)
                .collect(Collectors.joining(", "));
    }
}
