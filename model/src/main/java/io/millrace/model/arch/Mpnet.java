package io.millrace.model.arch;

import io.millrace.model.arch.SelfAttention.View;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * MPNet: positions counted as in RoBERTa, and a learned bias by distance, one table for all layers.
 *
 * <p>Song et al. 2020, <a href="https://arxiv.org/abs/2004.09297">MPNet: Masked and Permuted
 * Pre-training for Language Understanding</a>; the reference is Hugging Face's <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/mpnet/modeling_mpnet.py">modeling_mpnet.py</a>,
 * which always has 128 for the farthest distance and 1 for the padding's position, whatever the
 * configuration says.
 */
final class Mpnet implements Architecture {
    private static final LayerNames LAYER =
            new LayerNames(
                    "attention.attn.q",
                    "attention.attn.k",
                    "attention.attn.v",
                    "attention.attn.o",
                    "attention.LayerNorm",
                    "intermediate.dense",
                    "output.dense",
                    "output.LayerNorm");

    private static final int PADDING_POSITION = 1;
    private static final int MAX_DISTANCE = 128;

    /** The reference computes with so many, whatever the table has. */
    private static final int BUCKETS = 32;

    private final EncoderConfig config;
    private final Weight word;
    private final Weight position;
    private final Norm norm;
    private final Weight distance;
    private final List<Layer> layers;

    Mpnet(ConfigKeys keys, Weights weights) {
        int hidden = keys.width("hidden_size", 768);
        int rows = keys.rows("max_position_embeddings", 512);
        int positions = Math.max(rows - PADDING_POSITION - 1, 1);
        this.config =
                new EncoderConfig(
                                ModelType.MPNET,
                                keys.rows("vocab_size", 30527),
                                hidden,
                                keys.layers("num_hidden_layers", 12),
                                keys.width("num_attention_heads", 12),
                                keys.intermediate("intermediate_size", 3072),
                                positions,
                                positions,
                                keys.id("pad_token_id", 1),
                                false)
                        .checked(keys, "num_attention_heads", "hidden_size");
        Activation activation = keys.activation("hidden_act", "gelu");
        float eps = keys.epsilon("layer_norm_eps", 1e-12f);
        int buckets = keys.count("relative_attention_num_buckets", BUCKETS, BUCKETS, 1 << 16);

        this.word = weights.get("embeddings.word_embeddings.weight", config.vocabSize(), hidden);
        this.position = weights.get("embeddings.position_embeddings.weight", rows, hidden);
        this.norm = Norm.read(weights, "embeddings.LayerNorm", hidden, eps);
        this.distance =
                weights.get(
                        "encoder.relative_attention_bias.weight",
                        buckets,
                        config.numAttentionHeads());
        this.layers =
                IntStream.range(0, config.numHiddenLayers())
                        .mapToObj(i -> "encoder.layer." + i + ".")
                        .map(p -> LAYER.read(config, activation, eps, weights, p))
                        .toList();
    }

    @Override
    public EncoderConfig config() {
        return config;
    }

    @Override
    public List<Value> forward(Kernels k, Batch batch) {
        Value byDistance =
                k.distanceBias(distance, DistanceBuckets.t5(BUCKETS, MAX_DISTANCE), batch);
        Value mask = k.attentionBias(batch, batch.window());
        View view = new View(k.add(mask, byDistance), null); // [B, h, S, S]
        List<Value> states = new ArrayList<>();
        Value x = embed(k, batch); // [B · S, H]
        states.add(x);
        for (Layer layer : layers) {
            x = layer.postNorm(k, x, view, batch); // [B · S, H]
            states.add(x);
        }
        return states;
    }

    private Value embed(Kernels k, Batch batch) {
        Value positions = k.lookup(position, k.countedPositions(PADDING_POSITION, batch));
        Value x = k.add(k.lookup(word, batch.ids()), positions); // [B, S, H]
        return k.norm(k.flatten(x, config.hiddenSize()), norm);
    }
}
