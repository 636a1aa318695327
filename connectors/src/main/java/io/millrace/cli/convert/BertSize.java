package io.millrace.cli.convert;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How large a BERT is.
 *
 * @param vocabulary how many tokens it knows
 * @param positions how many tokens a text may have
 * @param types how many texts one input may hold
 * @param hidden components of a token's vector
 * @param intermediate components between the two feed-forward products
 * @param normEpsilon what layer normalisation adds to the variance
 */
public record BertSize(
        int vocabulary,
        int positions,
        int types,
        int hidden,
        int intermediate,
        int layers,
        int heads,
        double normEpsilon) {

    /** The content of {@code config.json}. */
    public ObjectNode config() {
        ObjectNode config = new ObjectMapper().createObjectNode();
        config.putArray("architectures").add("BertModel");
        return config.put("model_type", "bert")
                .put("vocab_size", vocabulary)
                .put("hidden_size", hidden)
                .put("num_hidden_layers", layers)
                .put("num_attention_heads", heads)
                .put("intermediate_size", intermediate)
                .put("hidden_act", "gelu")
                .put("hidden_dropout_prob", 0.1)
                .put("attention_probs_dropout_prob", 0.1)
                .put("max_position_embeddings", positions)
                .put("type_vocab_size", types)
                .put("initializer_range", 0.02)
                .put("layer_norm_eps", normEpsilon)
                .put("pad_token_id", 0)
                .put("position_embedding_type", "absolute")
                .put("dtype", "float32");
    }

    /** The shape of each weight, by its name in transformers' {@code BertModel}. */
    SortedMap<String, List<Integer>> shapes() {
        SortedMap<String, List<Integer>> shapes = new TreeMap<>();
        shapes.put("embeddings.word_embeddings.weight", List.of(vocabulary, hidden));
        shapes.put("embeddings.position_embeddings.weight", List.of(positions, hidden));
        shapes.put("embeddings.token_type_embeddings.weight", List.of(types, hidden));
        norm(shapes, "embeddings.LayerNorm");
        for (int layer = 0; layer < layers; layer++) {
            String prefix = "encoder.layer." + layer + ".";
            for (String part : List.of("self.query", "self.key", "self.value", "output.dense")) {
                linear(shapes, prefix + "attention." + part, hidden, hidden);
            }
            norm(shapes, prefix + "attention.output.LayerNorm");
            linear(shapes, prefix + "intermediate.dense", intermediate, hidden);
            linear(shapes, prefix + "output.dense", hidden, intermediate);
            norm(shapes, prefix + "output.LayerNorm");
        }
        return shapes;
    }

    private static void linear(
            SortedMap<String, List<Integer>> shapes, String name, int out, int in) {
        shapes.put(name + ".weight", List.of(out, in));
        shapes.put(name + ".bias", List.of(out));
    }

    private void norm(SortedMap<String, List<Integer>> shapes, String name) {
        shapes.put(name + ".weight", List.of(hidden));
        shapes.put(name + ".bias", List.of(hidden));
    }
}
