package io.millrace.model.arch;

import io.millrace.model.arch.SelfAttention.View;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * ModernBERT: rotary positions, norms before, a packed gate; most layers see a window only.
 *
 * <p>Warner et al. 2024, <a href="https://arxiv.org/abs/2412.13663">Smarter, Better, Faster,
 * Longer</a>; the reference is Hugging Face's <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/modernbert/modeling_modernbert.py">modeling_modernbert.py</a>.
 */
final class ModernBert implements Architecture {
    private final EncoderConfig config;
    private final Window window;
    private final Rope globalRope;
    private final Rope localRope;
    private final Weight word;
    private final Norm embeddingNorm;
    private final List<Layer> layers;
    private final List<LayerType> layerTypes;
    private final Norm finalNorm;

    ModernBert(ConfigKeys keys, Weights weights) {
        int hidden = keys.width("hidden_size", 768);
        int heads = keys.width("num_attention_heads", 12);
        int positions = keys.rows("max_position_embeddings", 8192);
        this.config =
                new EncoderConfig(
                                ModelType.MODERNBERT,
                                keys.rows("vocab_size", 50368),
                                hidden,
                                keys.layers("num_hidden_layers", 22),
                                heads,
                                keys.intermediate("intermediate_size", 1152),
                                positions,
                                EncoderConfig.UNLIMITED,
                                keys.id("pad_token_id", 50283),
                                keys.flag("is_causal", false))
                        .checked(keys, "num_attention_heads", "hidden_size");
        Shape shape =
                new Shape(
                        keys.activation("hidden_activation", "gelu"),
                        keys.epsilon("norm_eps", 1e-5f),
                        keys.flag("norm_bias", false),
                        keys.flag("attention_bias", false),
                        keys.flag("mlp_bias", false));
        int within = keys.count("local_attention", 128, 0, 1 << 24) / 2;
        this.window = Window.within(keys.count("sliding_window", within, 0, 1 << 24));
        int every = keys.layers("global_attn_every_n_layers", 3);
        this.layerTypes =
                LayerType.read(
                        keys,
                        config.numHiddenLayers(),
                        i -> i % every == 0 ? LayerType.FULL : LayerType.SLIDING);
        float globalTheta = keys.number("global_rope_theta", 160_000, 1, Float.MAX_VALUE);
        float localTheta =
                keys.number(
                        "local_rope_theta",
                        keys.isNull("local_rope_theta") ? globalTheta : 10_000,
                        1,
                        Float.MAX_VALUE);
        int headSize = hidden / heads;
        this.globalRope =
                Rope.readNested(keys, LayerType.FULL.rope(keys), globalTheta, headSize, positions);
        this.localRope =
                Rope.readNested(
                        keys, LayerType.SLIDING.rope(keys), localTheta, headSize, positions);

        this.word = weights.get("embeddings.tok_embeddings.weight", config.vocabSize(), hidden);
        this.embeddingNorm = shape.norm(weights, "embeddings.norm", hidden);
        this.layers =
                IntStream.range(0, config.numHiddenLayers())
                        .mapToObj(i -> layer(config, shape, i, weights, "layers." + i + "."))
                        .toList();
        this.finalNorm = shape.norm(weights, "final_norm", hidden);
    }

    private record Shape(
            Activation activation,
            float epsilon,
            boolean normBias,
            boolean attentionBias,
            boolean wideBias) {
        Norm norm(Weights w, String name, int hidden) {
            return Norm.layer(w, name, hidden, epsilon, normBias);
        }
    }

    private static Layer layer(EncoderConfig c, Shape shape, int index, Weights w, String p) {
        int hidden = c.hiddenSize();
        int wide = c.intermediateSize();
        List<Linear> gateAndUp =
                Linear.readPacked(w, p + "mlp.Wi", hidden, shape.wideBias, wide, wide);
        return new Layer(
                SelfAttention.of(
                        Linear.readPacked(
                                w,
                                p + "attn.Wqkv",
                                hidden,
                                shape.attentionBias,
                                hidden,
                                hidden,
                                hidden),
                        Linear.read(w, p + "attn.Wo", hidden, hidden, shape.attentionBias),
                        c.numAttentionHeads(),
                        hidden / c.numAttentionHeads()),
                // What comes from the embeddings has just been normalised.
                index == 0 ? null : shape.norm(w, p + "attn_norm", hidden),
                new FeedForward(
                        gateAndUp.get(1),
                        gateAndUp.get(0),
                        shape.activation,
                        Linear.read(w, p + "mlp.Wo", wide, hidden, shape.wideBias)),
                shape.norm(w, p + "mlp_norm", hidden));
    }

    @Override
    public EncoderConfig config() {
        return config;
    }

    @Override
    public List<Value> forward(Kernels k, Batch batch) {
        View full = new View(k.attentionBias(batch, batch.window()), k.rotation(globalRope, batch));
        View sliding =
                new View(
                        k.attentionBias(batch, batch.window(window)), k.rotation(localRope, batch));
        List<Value> states = new ArrayList<>();
        Value x = k.lookup(word, batch.ids()); // [B, S, H]
        x = k.norm(k.flatten(x, config.hiddenSize()), embeddingNorm); // [B · S, H]
        for (int i = 0; i < layers.size(); i++) {
            states.add(x);
            View view = layerTypes.get(i) == LayerType.FULL ? full : sliding;
            x = layers.get(i).preNorm(k, x, view, batch); // [B · S, H]
        }
        states.add(k.norm(x, finalNorm));
        return states;
    }
}
