package io.millrace.model.arch;

import io.millrace.model.arch.SelfAttention.View;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Nomic's BERT: rotary positions, packed projections without biases, a gated feed-forward part;
 * norms after, as in BERT.
 *
 * <p>Nussbaum et al. 2024, <a href="https://arxiv.org/abs/2402.01613">Nomic Embed</a>; the
 * reference is Hugging Face's <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/nomic_bert/modeling_nomic_bert.py">modeling_nomic_bert.py</a>.
 * Its older keys ({@code n_embd}, …) are those of Nomic's own <a
 * href="https://github.com/nomic-ai/contrastors">contrastors</a>; where a directory has both, those
 * of today count.
 */
final class NomicBert implements Architecture {
    private static final int OLD_MULTIPLE = 256;

    private final EncoderConfig config;
    private final Rope rope;
    private final Weight word;
    private final Weight tokenType;
    private final Norm norm;
    private final List<Layer> layers;

    NomicBert(ConfigKeys keys, Weights weights) {
        Shape shape = Shape.read(keys);
        this.config = shape.config;
        int hidden = config.hiddenSize();
        int types = keys.rows("type_vocab_size", 2);
        this.rope = rope(keys, shape.headSize);

        this.word = weights.get("embeddings.word_embeddings.weight", config.vocabSize(), hidden);
        this.tokenType = weights.get("embeddings.token_type_embeddings.weight", types, hidden);
        this.norm = Norm.read(weights, "emb_ln", hidden, shape.epsilon);
        this.layers =
                IntStream.range(0, config.numHiddenLayers())
                        .mapToObj(i -> shape.layer(weights, "encoder.layers." + i + "."))
                        .toList();
    }

    private record Shape(
            EncoderConfig config,
            int headSize,
            float epsilon,
            Activation activation,
            boolean gated,
            boolean attentionBias,
            boolean wideBias,
            boolean narrowBias) {
        static Shape read(ConfigKeys keys) {
            String hiddenKey = today(keys, "hidden_size", "n_embd");
            String headsKey = today(keys, "num_attention_heads", "n_head");
            int hidden = keys.width(hiddenKey, 768);
            int heads = keys.width(headsKey, 12);
            String activation = keys.text("activation_function", "swiglu");
            boolean gated = keys.has("hidden_act") || activation.endsWith("glu");
            EncoderConfig config =
                    new EncoderConfig(
                                    ModelType.NOMIC_BERT,
                                    keys.rows("vocab_size", 30528),
                                    hidden,
                                    keys.layers(today(keys, "num_hidden_layers", "n_layer"), 12),
                                    heads,
                                    wide(keys, hidden, gated),
                                    keys.rows(
                                            today(keys, "max_position_embeddings", "n_positions"),
                                            2048),
                                    EncoderConfig.UNLIMITED,
                                    keys.id("pad_token_id", 0),
                                    keys.flag("is_causal", false))
                            .checked(keys, headsKey, hiddenKey);
            refuse(keys);
            return new Shape(
                    config,
                    keys.width("head_dim", hidden / heads),
                    keys.epsilon(today(keys, "layer_norm_eps", "layer_norm_epsilon"), 1e-12f),
                    keys.has("hidden_act")
                            ? keys.activation("hidden_act", "silu")
                            : oldActivation(keys, activation),
                    gated,
                    keys.flag("qkv_proj_bias", false),
                    keys.flag("mlp_fc1_bias", false),
                    keys.flag("mlp_fc2_bias", false));
        }

        private static String today(ConfigKeys keys, String key, String old) {
            return keys.has(key) || !keys.has(old) ? key : old;
        }

        /** The old form's is rounded up where it is gated. */
        private static int wide(ConfigKeys keys, int hidden, boolean gated) {
            if (keys.has("intermediate_size") || !keys.has("n_embd")) {
                return keys.intermediate("intermediate_size", 3072);
            }
            int inner = keys.intermediate("n_inner", 4 * hidden);
            return gated ? (inner + OLD_MULTIPLE - 1) / OLD_MULTIPLE * OLD_MULTIPLE : inner;
        }

        private static Activation oldActivation(ConfigKeys keys, String name) {
            return switch (name) {
                case "swiglu" -> Activation.SILU;
                case "geglu" -> Activation.GELU_ERF;
                case "glu" -> Activation.SIGMOID;
                default -> keys.activation("activation_function", "gelu");
            };
        }

        private static void refuse(ConfigKeys keys) {
            if (keys.flag("prenorm", false)) {
                keys.problem("prenorm", "false");
            }
            if (keys.count("moe_every_n_layers", 0, 0, ConfigKeys.MAX_LAYERS) > 0) {
                keys.problem("moe_every_n_layers", "0: no mixture of experts");
            }
            if (keys.number("rotary_emb_fraction", 1, 0, 1) != 1) {
                keys.problem("rotary_emb_fraction", "1");
            }
        }

        Layer layer(Weights w, String p) {
            int hidden = config.hiddenSize();
            int wide = config.intermediateSize();
            int attended = config.numAttentionHeads() * headSize;
            Linear narrow = Linear.read(w, p + "mlp.fc2", wide, hidden, narrowBias);
            return new Layer(
                    SelfAttention.of(
                            Linear.readPacked(
                                    w,
                                    p + "attn.Wqkv",
                                    hidden,
                                    attentionBias,
                                    attended,
                                    attended,
                                    attended),
                            Linear.read(w, p + "attn.out_proj", attended, hidden, attentionBias),
                            config.numAttentionHeads(),
                            headSize),
                    Norm.read(w, p + "norm1", hidden, epsilon),
                    gated
                            ? new FeedForward(
                                    Linear.read(w, p + "mlp.fc11", hidden, wide, wideBias),
                                    Linear.read(w, p + "mlp.fc12", hidden, wide, wideBias),
                                    activation,
                                    narrow)
                            : new FeedForward(
                                    Linear.read(w, p + "mlp.fc1", hidden, wide, wideBias),
                                    null,
                                    activation,
                                    narrow),
                    Norm.read(w, p + "norm2", hidden, epsilon));
        }
    }

    private Rope rope(ConfigKeys keys, int headSize) {
        boolean today = keys.has("rope_parameters") || keys.has("rope_theta");
        if (today || !keys.has("rotary_emb_base")) {
            return Rope.read(keys, headSize, 1000, config.maxPositionEmbeddings());
        }
        float theta = keys.number("rotary_emb_base", 1000, 1, Float.MAX_VALUE);
        boolean interleaved = keys.flag("rotary_emb_interleaved", false);
        Rope plain = Rope.plain(theta, headSize);
        if (!keys.has("rotary_scaling_factor")) {
            return new Rope(plain.frequencies(), 1, null, interleaved);
        }
        float factor = keys.number("rotary_scaling_factor", 1, 1, Float.MAX_VALUE);
        int trained = keys.rows("max_trained_positions", 2048);
        return new Rope(
                plain.frequencies(), 1, new Rope.Growing(theta, factor, trained), interleaved);
    }

    @Override
    public EncoderConfig config() {
        return config;
    }

    @Override
    public List<Value> forward(Kernels k, Batch batch) {
        View view = new View(k.attentionBias(batch, batch.window()), k.rotation(rope, batch));
        List<Value> states = new ArrayList<>();
        Value x = k.add(k.lookup(word, batch.ids()), k.row(tokenType, 0)); // [B, S, H]
        x = k.norm(k.flatten(x, config.hiddenSize()), norm); // [B · S, H]
        states.add(x);
        for (Layer layer : layers) {
            x = layer.postNorm(k, x, view, batch); // [B · S, H]
            states.add(x);
        }
        return states;
    }
}
