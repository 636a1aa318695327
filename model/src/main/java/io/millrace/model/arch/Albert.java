package io.millrace.model.arch;

import io.millrace.model.arch.SelfAttention.View;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * ALBERT: narrow embeddings, and layers that share their weights in groups.
 *
 * <p>Lan et al. 2019, <a href="https://arxiv.org/abs/1909.11942">ALBERT: A Lite BERT</a>; the
 * reference is Hugging Face's <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/albert/modeling_albert.py">modeling_albert.py</a>.
 */
final class Albert implements Architecture {
    private static final LayerNames LAYER =
            new LayerNames(
                    "attention.query",
                    "attention.key",
                    "attention.value",
                    "attention.dense",
                    "attention.LayerNorm",
                    "ffn",
                    "ffn_output",
                    "full_layer_layer_norm");

    private final EncoderConfig config;
    private final Weight word;
    private final Weight position;
    private final Weight tokenType;
    private final Norm norm;
    private final Linear projection;

    /** The inner layers of each group. */
    private final List<List<Layer>> groups;

    Albert(ConfigKeys keys, Weights weights) {
        int hidden = keys.width("hidden_size", 4096);
        int embedding = keys.width("embedding_size", 128);
        int positions = keys.rows("max_position_embeddings", 512);
        this.config =
                new EncoderConfig(
                                ModelType.ALBERT,
                                keys.rows("vocab_size", 30000),
                                hidden,
                                keys.layers("num_hidden_layers", 12),
                                keys.width("num_attention_heads", 64),
                                keys.intermediate("intermediate_size", 16384),
                                positions,
                                positions,
                                keys.id("pad_token_id", 0),
                                keys.flag("is_causal", false))
                        .checked(keys, "num_attention_heads", "hidden_size");
        Activation activation = keys.activation("hidden_act", "gelu_new");
        float eps = keys.epsilon("layer_norm_eps", 1e-12f);
        int types = keys.rows("type_vocab_size", 2);
        int groupCount = keys.count("num_hidden_groups", 1, 1, config.numHiddenLayers());
        int inner =
                keys.count(
                        "inner_group_num", 1, 1, Math.max(ConfigKeys.MAX_LAYERS / groupCount, 1));

        this.word = weights.get("embeddings.word_embeddings.weight", config.vocabSize(), embedding);
        this.position = weights.get("embeddings.position_embeddings.weight", positions, embedding);
        this.tokenType = weights.get("embeddings.token_type_embeddings.weight", types, embedding);
        this.norm = Norm.read(weights, "embeddings.LayerNorm", embedding, eps);
        this.projection =
                Linear.read(weights, "encoder.embedding_hidden_mapping_in", embedding, hidden);
        this.groups =
                IntStream.range(0, groupCount)
                        .mapToObj(g -> "encoder.albert_layer_groups." + g + ".albert_layers.")
                        .map(p -> group(config, inner, activation, eps, weights, p))
                        .toList();
    }

    private static List<Layer> group(
            EncoderConfig c, int inner, Activation activation, float eps, Weights w, String p) {
        return IntStream.range(0, inner)
                .mapToObj(i -> LAYER.read(c, activation, eps, w, p + i + "."))
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
        for (int i = 0; i < config.numHiddenLayers(); i++) {
            for (Layer layer : group(i)) {
                x = layer.postNorm(k, x, view, batch); // [B · S, H]
            }
            states.add(x);
        }
        return states;
    }

    /** Computed as in the reference, where layers may not divide evenly into groups. */
    private List<Layer> group(int layer) {
        return groups.get((int) (layer / ((double) config.numHiddenLayers() / groups.size())));
    }

    private Value embed(Kernels k, Batch batch) {
        Value x = k.lookup(word, batch.ids()); // [B, S, E]
        x = k.add(x, k.row(tokenType, 0)); // [E] to every token
        x = k.add(x, k.positions(position, batch)); // [S, E] to every row
        x = k.norm(k.flatten(x, word.shape().get(1)), norm); // [B · S, E]
        return k.dense(x, projection, Activation.IDENTITY); // [B · S, H]
    }
}
