package io.millrace.model.arch;

import io.millrace.model.arch.SelfAttention.View;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * DistilBERT: BERT with other names and without token types.
 *
 * <p>Sanh et al. 2019, <a href="https://arxiv.org/abs/1910.01108">DistilBERT, a distilled version
 * of BERT</a>; the reference is Hugging Face's <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/distilbert/modeling_distilbert.py">modeling_distilbert.py</a>.
 * Sinusoidal positions are stored in the same table as learned ones.
 */
final class DistilBert implements Architecture {
    private static final LayerNames LAYER =
            new LayerNames(
                    "attention.q_lin",
                    "attention.k_lin",
                    "attention.v_lin",
                    "attention.out_lin",
                    "sa_layer_norm",
                    "ffn.lin1",
                    "ffn.lin2",
                    "output_layer_norm");

    private static final float EPSILON = 1e-12f;

    private final EncoderConfig config;
    private final Weight word;
    private final Weight position;
    private final Norm norm;
    private final List<Layer> layers;

    DistilBert(ConfigKeys keys, Weights weights) {
        int hidden = keys.width("dim", 768);
        int positions = keys.rows("max_position_embeddings", 512);
        this.config =
                new EncoderConfig(
                                ModelType.DISTILBERT,
                                keys.rows("vocab_size", 30522),
                                hidden,
                                keys.layers("n_layers", 6),
                                keys.width("n_heads", 12),
                                keys.intermediate("hidden_dim", 3072),
                                positions,
                                positions,
                                keys.id("pad_token_id", 0),
                                keys.flag("is_causal", false))
                        .checked(keys, "n_heads", "dim");
        Activation activation = keys.activation("activation", "gelu");

        this.word = weights.get("embeddings.word_embeddings.weight", config.vocabSize(), hidden);
        this.position = weights.get("embeddings.position_embeddings.weight", positions, hidden);
        this.norm = Norm.read(weights, "embeddings.LayerNorm", hidden, EPSILON);
        this.layers =
                IntStream.range(0, config.numHiddenLayers())
                        .mapToObj(i -> "transformer.layer." + i + ".")
                        .map(p -> LAYER.read(config, activation, EPSILON, weights, p))
                        .toList();
    }

    @Override
    public EncoderConfig config() {
        return config;
    }

    @Override
    public List<Value> forward(Kernels k, Batch batch) {
        View view = new View(k.attentionBias(batch, batch.window()), null);
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
        Value x = k.add(k.lookup(word, batch.ids()), k.positions(position, batch)); // [B, S, H]
        return k.norm(k.flatten(x, config.hiddenSize()), norm);
    }
}
