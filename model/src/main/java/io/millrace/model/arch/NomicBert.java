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
    private static final int MAX_EXPERTS = 1 << 10;

    private final EncoderConfig config;
    private final Rope rope;
    private final Weight word;
    private final Weight tokenType;
    private final Norm norm;
    private final List<Block> layers;

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
                        .mapToObj(i -> shape.block(weights, i, "encoder.layers." + i + "."))
                        .toList();
    }

    /** A layer of either kind. */
    private interface Block {
        Value apply(Kernels k, Value x, View view, Batch batch);
    }

    /** A layer with several feed-forward parts. */
    private record MixtureLayer(
            SelfAttention attention, Norm attentionNorm, Mixture mixture, Norm mixtureNorm)
            implements Block {
        @Override
        public Value apply(Kernels k, Value x, View view, Batch batch) {
            Value context = attention.context(k, x, view, batch); // [B · S, H]
            Value attended = k.norm(k.denseAdd(context, attention.output(), x), attentionNorm);
            return k.norm(k.add(mixture.apply(k, attended), attended), mixtureNorm);
        }
    }

    /**
     * Which layers have experts, and how many.
     *
     * @param every one layer of so many, the first of them not; 0: none
     * @param count experts
     * @param chosen experts of each token
     */
    private record Experts(int every, int count, int chosen) {
        static Experts read(ConfigKeys keys) {
            int every = keys.count("moe_every_n_layers", 0, 0, ConfigKeys.MAX_LAYERS);
            int count = keys.count("num_experts", 8, 1, MAX_EXPERTS);
            int chosen = keys.count("moe_top_k", Math.min(count, 2), 1, count);
            if (every > 0) {
                for (String other :
                        List.of("moe_normalize_expert_weights", "expert_choice_router")) {
                    if (keys.flag(other, false)) {
                        keys.problem(other, "false");
                    }
                }
                if (keys.count("num_shared_experts", 0, 0, MAX_EXPERTS) > 0) {
                    keys.problem("num_shared_experts", "0");
                }
            }
            return new Experts(every, count, chosen);
        }

        boolean areIn(int layer) {
            return every > 0 && layer % every == 1;
        }
    }

    private record Shape(
            EncoderConfig config,
            int headSize,
            float epsilon,
            Activation activation,
            boolean gated,
            boolean attentionBias,
            boolean wideBias,
            boolean narrowBias,
            Experts experts) {
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
                    keys.flag("mlp_fc2_bias", false),
                    Experts.read(keys));
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
            if (keys.number("rotary_emb_fraction", 1, 0, 1) != 1) {
                keys.problem("rotary_emb_fraction", "1");
            }
        }

        Block block(Weights w, int index, String p) {
            int hidden = config.hiddenSize();
            SelfAttention attention = attention(w, p);
            Norm first = Norm.read(w, p + "norm1", hidden, epsilon);
            Norm second = Norm.read(w, p + "norm2", hidden, epsilon);
            return experts.areIn(index)
                    ? new MixtureLayer(attention, first, mixture(w, p + "mlp."), second)
                    : new Layer(attention, first, feedForward(w, p + "mlp."), second)::postNorm;
        }

        private SelfAttention attention(Weights w, String p) {
            int hidden = config.hiddenSize();
            int attended = config.numAttentionHeads() * headSize;
            return SelfAttention.of(
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
                    headSize);
        }

        private FeedForward feedForward(Weights w, String p) {
            int hidden = config.hiddenSize();
            int wide = config.intermediateSize();
            Linear narrow = Linear.read(w, p + "fc2", wide, hidden, narrowBias);
            return gated
                    ? new FeedForward(
                            Linear.read(w, p + "fc11", hidden, wide, wideBias),
                            Linear.read(w, p + "fc12", hidden, wide, wideBias),
                            activation,
                            narrow)
                    : new FeedForward(
                            Linear.read(w, p + "fc1", hidden, wide, wideBias),
                            null,
                            activation,
                            narrow);
        }

        /** Both matrices of all experts are stored as {@code [experts · I, H]}. */
        private Mixture mixture(Weights w, String p) {
            int hidden = config.hiddenSize();
            int wide = config.intermediateSize();
            Weight first = w.get(p + "experts.mlp.w1", experts.count * wide, hidden);
            Weight second = w.get(p + "experts.mlp.w2", experts.count * wide, hidden);
            return new Mixture(
                    Linear.read(w, p + "router.layer", hidden, experts.count, false),
                    experts.chosen,
                    IntStream.range(0, experts.count)
                            .mapToObj(
                                    e ->
                                            expert(
                                                    first.rows(e * wide, wide),
                                                    second.rows(e * wide, wide)))
                            .toList(),
                    w.get(p + "experts.bias", hidden));
        }

        private FeedForward expert(Weight first, Weight second) {
            int hidden = config.hiddenSize();
            int wide = config.intermediateSize();
            Weight narrow = second.reshape(1, wide, hidden).swapLast().reshape(hidden, wide);
            return new FeedForward(
                    new Linear(first, null), null, activation, new Linear(narrow, null));
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
        for (Block layer : layers) {
            x = layer.apply(k, x, view, batch); // [B · S, H]
            states.add(x);
        }
        return states;
    }
}
