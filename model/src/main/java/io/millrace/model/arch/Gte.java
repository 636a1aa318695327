package io.millrace.model.arch;

import io.millrace.model.arch.SelfAttention.View;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Alibaba's GTE, {@code new} before it was a part of transformers: rotary positions, packed
 * projections, a packed gate.
 *
 * <p>Zhang et al. 2024, <a href="https://arxiv.org/abs/2407.19669">mGTE</a>; the reference is
 * Hugging Face's <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/gte/modeling_gte.py">modeling_gte.py</a>.
 */
final class Gte implements Architecture {
    private final EncoderConfig config;
    private final Rope rope;
    private final Weight word;
    private final @Nullable Weight tokenType;
    private final Norm norm;
    private final List<Layer> layers;

    Gte(ModelType type, ConfigKeys keys, Weights weights) {
        int hidden = keys.width("hidden_size", 768);
        int heads = keys.width("num_attention_heads", 12);
        int positions = keys.rows("max_position_embeddings", 8192);
        this.config =
                new EncoderConfig(
                                type,
                                keys.rows("vocab_size", type == ModelType.GTE ? 250048 : 30528),
                                hidden,
                                keys.layers("num_hidden_layers", 12),
                                heads,
                                keys.intermediate("intermediate_size", 3072),
                                positions,
                                EncoderConfig.UNLIMITED,
                                keys.id("pad_token_id", type == ModelType.GTE ? 1 : 0),
                                keys.flag("is_causal", false))
                        .checked(keys, "num_attention_heads", "hidden_size");
        int headSize = keys.width("head_dim", hidden / heads);
        Activation activation = keys.activation("hidden_act", "gelu");
        float eps = keys.epsilon("layer_norm_eps", 1e-12f);
        int types =
                keys.count(
                        "type_vocab_size", type == ModelType.GTE ? 1 : 0, 0, ConfigKeys.MAX_ROWS);
        if (type == ModelType.NEW) {
            refuseVariants(keys);
        }
        this.rope = Rope.read(keys, headSize, type == ModelType.GTE ? 160_000 : 10_000, positions);

        this.word = weights.get("embeddings.word_embeddings.weight", config.vocabSize(), hidden);
        this.tokenType =
                types == 0
                        ? null
                        : weights.get("embeddings.token_type_embeddings.weight", types, hidden);
        this.norm = Norm.read(weights, "embeddings.LayerNorm", hidden, eps);
        this.layers =
                IntStream.range(0, config.numHiddenLayers())
                        .mapToObj(i -> "encoder.layer." + i + ".")
                        .map(p -> layer(config, headSize, activation, eps, weights, p))
                        .toList();
    }

    /** What the code of {@code new} could be told and no known model was. */
    private static void refuseVariants(ConfigKeys keys) {
        if (!keys.text("layer_norm_type", "layer_norm").equals("layer_norm")) {
            keys.problem("layer_norm_type", "layer_norm");
        }
        if (!keys.text("position_embedding_type", "rope").equals("rope")) {
            keys.problem("position_embedding_type", "rope");
        }
        if (keys.flag("logn_attention_scale", false)) {
            keys.problem("logn_attention_scale", "false");
        }
    }

    private static Layer layer(
            EncoderConfig c, int headSize, Activation activation, float eps, Weights w, String p) {
        int hidden = c.hiddenSize();
        int wide = c.intermediateSize();
        int attended = c.numAttentionHeads() * headSize;
        List<Linear> upAndGate =
                Linear.readPacked(w, p + "mlp.up_gate_proj", hidden, false, wide, wide);
        return new Layer(
                SelfAttention.of(
                        Linear.readPacked(
                                w,
                                p + "attention.qkv_proj",
                                hidden,
                                true,
                                attended,
                                attended,
                                attended),
                        Linear.read(w, p + "attention.o_proj", attended, hidden),
                        c.numAttentionHeads(),
                        headSize),
                Norm.read(w, p + "attn_ln", hidden, eps),
                new FeedForward(
                        upAndGate.get(0),
                        upAndGate.get(1),
                        activation,
                        Linear.read(w, p + "mlp.down_proj", wide, hidden)),
                Norm.read(w, p + "mlp_ln", hidden, eps));
    }

    @Override
    public EncoderConfig config() {
        return config;
    }

    @Override
    public List<Value> forward(Kernels k, Batch batch) {
        View view = new View(k.attentionBias(batch, batch.window()), k.rotation(rope, batch));
        List<Value> states = new ArrayList<>();
        Value x = k.lookup(word, batch.ids()); // [B, S, H]
        if (tokenType != null) {
            x = k.add(x, k.row(tokenType, 0));
        }
        x = k.norm(k.flatten(x, config.hiddenSize()), norm); // [B · S, H]
        states.add(x);
        for (Layer layer : layers) {
            x = layer.postNorm(k, x, view, batch); // [B · S, H]
            states.add(x);
        }
        return states;
    }
}
