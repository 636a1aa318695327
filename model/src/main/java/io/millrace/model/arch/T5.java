package io.millrace.model.arch;

import io.millrace.model.arch.SelfAttention.View;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The encoder of T5: root mean square norms before, a learned bias by distance that all layers
 * share, no biases, products of query and key not scaled.
 *
 * <p>Raffel et al. 2019, <a href="https://arxiv.org/abs/1910.10683">Exploring the Limits of
 * Transfer Learning</a>; with a gate since T5 1.1. The reference is Hugging Face's <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/t5/modeling_t5.py">modeling_t5.py</a>.
 */
final class T5 implements Architecture {
    /**
     * It has no table of positions, and its configuration no limit; this is what it learned from.
     */
    private static final int TRAINED_POSITIONS = 512;

    private final EncoderConfig config;
    private final int[] buckets;
    private final Weight word;
    private final Weight distance;
    private final List<Layer> layers;
    private final Norm finalNorm;

    T5(ModelType type, ConfigKeys keys, Weights weights) {
        int hidden = keys.width("d_model", 512);
        int heads = keys.width("num_heads", type == ModelType.T5 ? 8 : 6);
        int headSize = keys.width("d_kv", 64);
        this.config =
                new EncoderConfig(
                                type,
                                keys.rows("vocab_size", type == ModelType.T5 ? 32128 : 250112),
                                hidden,
                                keys.layers("num_layers", type == ModelType.T5 ? 6 : 8),
                                heads,
                                keys.intermediate("d_ff", type == ModelType.T5 ? 2048 : 1024),
                                keys.rows("max_position_embeddings", TRAINED_POSITIONS),
                                EncoderConfig.UNLIMITED,
                                keys.id("pad_token_id", 0),
                                keys.flag("is_causal", false))
                        .checked(keys);
        float eps = keys.epsilon("layer_norm_epsilon", 1e-6f);
        int bucketCount = keys.count("relative_attention_num_buckets", 32, 4, 1 << 16);
        int maxDistance =
                keys.count("relative_attention_max_distance", 128, bucketCount / 4 + 1, 1 << 16);
        this.buckets = DistanceBuckets.t5(bucketCount, maxDistance);
        String feedForward =
                keys.text("feed_forward_proj", type == ModelType.T5 ? "relu" : "gated-gelu");
        boolean gated = keys.flag("is_gated_act", feedForward.startsWith("gated-"));
        Activation activation =
                keys.has("dense_act_fn")
                        ? keys.activation("dense_act_fn", "relu")
                        : activation(keys, feedForward);

        this.word = word(weights, config);
        String first = "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight";
        this.distance = weights.get(first, bucketCount, heads);
        this.layers =
                IntStream.range(0, config.numHiddenLayers())
                        .mapToObj(i -> "encoder.block." + i + ".layer.")
                        .map(p -> layer(config, headSize, gated, activation, eps, weights, p))
                        .toList();
        this.finalNorm = Norm.rms(weights, "encoder.final_layer_norm", hidden, eps);
    }

    /** {@code gated-gelu} means the tanh form, as in the code that the models were trained with. */
    private static Activation activation(ConfigKeys keys, String feedForward) {
        if (feedForward.equals("gated-gelu")) {
            return Activation.GELU_TANH;
        }
        return Activation.of(feedForward.replaceFirst("^gated-", ""))
                .orElseGet(
                        () -> {
                            keys.problem(
                                    "feed_forward_proj",
                                    "one of %s, with gated- before it or not"
                                            .formatted(Activation.names()));
                            return Activation.IDENTITY;
                        });
    }

    /** Stored under either of the names that it is known by. */
    private static Weight word(Weights weights, EncoderConfig config) {
        String name = "shared.weight";
        String alias = "encoder.embed_tokens.weight";
        return weights.get(
                !weights.has(name) && weights.has(alias) ? alias : name,
                config.vocabSize(),
                config.hiddenSize());
    }

    private static Layer layer(
            EncoderConfig c,
            int headSize,
            boolean gated,
            Activation activation,
            float eps,
            Weights w,
            String p) {
        int hidden = c.hiddenSize();
        int wide = c.intermediateSize();
        int attended = c.numAttentionHeads() * headSize;
        String attention = p + "0.SelfAttention.";
        String dense = p + "1.DenseReluDense.";
        return new Layer(
                new SelfAttention(
                        Linear.read(w, attention + "q", hidden, attended, false),
                        Linear.read(w, attention + "k", hidden, attended, false),
                        Linear.read(w, attention + "v", hidden, attended, false),
                        Linear.read(w, attention + "o", attended, hidden, false),
                        c.numAttentionHeads(),
                        c.numAttentionHeads(),
                        headSize,
                        1,
                        null,
                        null),
                Norm.rms(w, p + "0.layer_norm", hidden, eps),
                gated
                        ? new FeedForward(
                                Linear.read(w, dense + "wi_1", hidden, wide, false),
                                Linear.read(w, dense + "wi_0", hidden, wide, false),
                                activation,
                                Linear.read(w, dense + "wo", wide, hidden, false))
                        : new FeedForward(
                                Linear.read(w, dense + "wi", hidden, wide, false),
                                null,
                                activation,
                                Linear.read(w, dense + "wo", wide, hidden, false)),
                Norm.rms(w, p + "1.layer_norm", hidden, eps));
    }

    @Override
    public EncoderConfig config() {
        return config;
    }

    @Override
    public List<Value> forward(Kernels k, Batch batch) {
        Value mask = k.attentionBias(batch, batch.window());
        View view = new View(k.add(mask, k.distanceBias(distance, buckets, batch)), null);
        List<Value> states = new ArrayList<>();
        Value x = k.flatten(k.lookup(word, batch.ids()), config.hiddenSize()); // [B · S, H]
        for (Layer layer : layers) {
            states.add(x);
            x = layer.preNorm(k, x, view, batch); // [B · S, H]
        }
        states.add(k.norm(x, finalNorm));
        return states;
    }
}
