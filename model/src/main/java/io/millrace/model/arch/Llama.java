package io.millrace.model.arch;

import io.millrace.model.arch.SelfAttention.View;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Llama, and those that differ from it in little: root mean square norms before, rotary positions,
 * fewer heads for keys and values, a gate; causal unless told otherwise.
 *
 * <p>Touvron et al. 2023, <a href="https://arxiv.org/abs/2302.13971">LLaMA</a>; Mistral (<a
 * href="https://arxiv.org/abs/2310.06825">Jiang et al. 2023</a>) sees a window; Qwen2 (<a
 * href="https://arxiv.org/abs/2407.10671">Yang et al. 2024</a>) has biases on query, key and value,
 * Qwen3 (<a href="https://arxiv.org/abs/2505.09388">2025</a>) norms on each head of query and key,
 * and both may see a window in their later layers; EuroBERT (<a
 * href="https://arxiv.org/abs/2503.05500">Boizard et al. 2025</a>) sees both directions. The
 * references are Hugging Face's <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/llama/modeling_llama.py">modeling_llama.py</a>
 * and those of the same form beside it.
 */
final class Llama implements Architecture {
    private final EncoderConfig config;
    private final int slidingWindow;
    private final Rope rope;
    private final Weight word;
    private final List<Layer> layers;
    private final List<LayerType> layerTypes;
    private final Norm finalNorm;

    Llama(ModelType type, ConfigKeys keys, Weights weights) {
        Defaults defaults = Defaults.of(type);
        int hidden = keys.width("hidden_size", defaults.hidden);
        int heads = keys.width("num_attention_heads", defaults.heads);
        int positions = keys.rows("max_position_embeddings", defaults.positions);
        this.config =
                new EncoderConfig(
                                type,
                                keys.rows("vocab_size", defaults.vocabulary),
                                hidden,
                                keys.layers("num_hidden_layers", defaults.layers),
                                heads,
                                keys.intermediate("intermediate_size", defaults.wide),
                                positions,
                                EncoderConfig.UNLIMITED,
                                keys.id("pad_token_id", defaults.padding),
                                keys.flag("is_causal", type != ModelType.EUROBERT))
                        .checked(keys);
        Shape shape = Shape.read(type, keys, heads, hidden, defaults);
        this.layerTypes = layerTypes(type, keys, config.numHiddenLayers());
        this.slidingWindow = keys.count("sliding_window", 4096, 1, 1 << 24);
        this.rope = Rope.read(keys, shape.headSize, 10_000, positions);

        this.word = weights.get("embed_tokens.weight", config.vocabSize(), hidden);
        this.layers =
                IntStream.range(0, config.numHiddenLayers())
                        .mapToObj(i -> shape.layer(config, weights, "layers." + i + "."))
                        .toList();
        this.finalNorm = Norm.rms(weights, "norm", hidden, shape.epsilon);
    }

    private static List<LayerType> layerTypes(ModelType type, ConfigKeys keys, int layers) {
        return switch (type) {
            case QWEN2, QWEN3 -> {
                boolean sliding =
                        keys.flag("use_sliding_window", false) && !keys.isNull("sliding_window");
                int from = keys.count("max_window_layers", 28, 0, ConfigKeys.MAX_LAYERS);
                yield LayerType.read(
                        keys,
                        layers,
                        i -> sliding && i >= from ? LayerType.SLIDING : LayerType.FULL);
            }
            case MISTRAL -> {
                LayerType all = keys.isNull("sliding_window") ? LayerType.FULL : LayerType.SLIDING;
                yield IntStream.range(0, layers).mapToObj(i -> all).toList();
            }
            default -> IntStream.range(0, layers).mapToObj(i -> LayerType.FULL).toList();
        };
    }

    /** What a configuration that says nothing means, which differs from one to the other. */
    private record Defaults(
            int vocabulary,
            int hidden,
            int layers,
            int heads,
            int keyValueHeads,
            int wide,
            int positions,
            int padding,
            float epsilon) {
        static Defaults of(ModelType type) {
            return switch (type) {
                case QWEN2, QWEN3 -> new Defaults(151936, 4096, 32, 32, 32, 22016, 32768, 0, 1e-6f);
                case MISTRAL -> new Defaults(32000, 4096, 32, 32, 8, 14336, 131072, 0, 1e-6f);
                case EUROBERT -> new Defaults(128256, 768, 12, 12, 0, 3072, 8192, 128001, 1e-5f);
                default -> new Defaults(32000, 4096, 32, 32, 0, 11008, 2048, 0, 1e-6f);
            };
        }
    }

    private record Shape(
            int headSize,
            int keyValueHeads,
            Activation activation,
            float epsilon,
            boolean projectionBias,
            boolean outputBias,
            boolean wideBias,
            boolean headNorms) {
        static Shape read(
                ModelType type, ConfigKeys keys, int heads, int hidden, Defaults defaults) {
            int groups =
                    keys.isNull("num_key_value_heads") || defaults.keyValueHeads == 0
                            ? heads
                            : defaults.keyValueHeads;
            int keyValueHeads = keys.width("num_key_value_heads", groups);
            if (heads % keyValueHeads != 0) {
                keys.problem("num_key_value_heads", "a divisor of num_attention_heads " + heads);
                keyValueHeads = heads;
            }
            int headSize = keys.width("head_dim", type == ModelType.QWEN3 ? 128 : hidden / heads);
            if (!keys.has("head_dim") && type != ModelType.QWEN3 && hidden % heads != 0) {
                keys.problem("num_attention_heads", "a divisor of hidden_size " + hidden);
            }
            boolean optionalBias = type != ModelType.QWEN2 && type != ModelType.MISTRAL;
            boolean bias = optionalBias && keys.flag("attention_bias", false);
            boolean wideBias =
                    (type == ModelType.LLAMA || type == ModelType.EUROBERT)
                            && keys.flag("mlp_bias", false);
            return new Shape(
                    headSize,
                    keyValueHeads,
                    keys.activation("hidden_act", "silu"),
                    keys.epsilon("rms_norm_eps", defaults.epsilon),
                    bias || type == ModelType.QWEN2,
                    bias,
                    wideBias,
                    type == ModelType.QWEN3);
        }

        Layer layer(EncoderConfig c, Weights w, String p) {
            int hidden = c.hiddenSize();
            int wide = c.intermediateSize();
            return new Layer(
                    attention(c, w, p + "self_attn."),
                    Norm.rms(w, p + "input_layernorm", hidden, epsilon),
                    new FeedForward(
                            Linear.read(w, p + "mlp.up_proj", hidden, wide, wideBias),
                            Linear.read(w, p + "mlp.gate_proj", hidden, wide, wideBias),
                            activation,
                            Linear.read(w, p + "mlp.down_proj", wide, hidden, wideBias)),
                    Norm.rms(w, p + "post_attention_layernorm", hidden, epsilon));
        }

        private SelfAttention attention(EncoderConfig c, Weights w, String p) {
            int hidden = c.hiddenSize();
            int heads = c.numAttentionHeads();
            int attended = heads * headSize;
            int shared = keyValueHeads * headSize;
            return new SelfAttention(
                    Linear.read(w, p + "q_proj", hidden, attended, projectionBias),
                    Linear.read(w, p + "k_proj", hidden, shared, projectionBias),
                    Linear.read(w, p + "v_proj", hidden, shared, projectionBias),
                    Linear.read(w, p + "o_proj", attended, hidden, outputBias),
                    heads,
                    keyValueHeads,
                    headSize,
                    SelfAttention.scale(headSize),
                    headNorms ? Norm.rms(w, p + "q_norm", headSize, epsilon) : null,
                    headNorms ? Norm.rms(w, p + "k_norm", headSize, epsilon) : null);
        }
    }

    @Override
    public EncoderConfig config() {
        return config;
    }

    @Override
    public List<Value> forward(Kernels k, Batch batch) {
        Rotation rotation = k.rotation(rope, batch);
        View full = new View(k.attentionBias(batch, batch.window()), rotation);
        View sliding =
                layerTypes.contains(LayerType.SLIDING)
                        ? new View(k.attentionBias(batch, window(batch.causal())), rotation)
                        : full;
        List<Value> states = new ArrayList<>();
        Value x = k.flatten(k.lookup(word, batch.ids()), config.hiddenSize()); // [B · S, H]
        for (int i = 0; i < layers.size(); i++) {
            states.add(x);
            View view = layerTypes.get(i) == LayerType.FULL ? full : sliding;
            x = layers.get(i).preNorm(k, x, view, batch); // [B · S, H]
        }
        states.add(k.norm(x, finalNorm));
        return states;
    }

    /** In one direction a window includes the token itself, in both it is the distance. */
    private Window window(boolean causal) {
        return causal ? new Window(slidingWindow - 1, 0) : Window.within(slidingWindow);
    }
}
