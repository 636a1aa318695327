package io.millrace.model.arch;

import java.util.List;

/**
 * What the tensors of one layer are called, after the layer's own prefix: for the descendants of
 * BERT, which differ in little else.
 */
record LayerNames(
        String query,
        String key,
        String value,
        String attentionOutput,
        String attentionNorm,
        String wide,
        String narrow,
        String norm) {
    /** As many heads for keys and values, biases everywhere, no gate. */
    Layer read(EncoderConfig c, Activation activation, float epsilon, Weights w, String prefix) {
        int hidden = c.hiddenSize();
        int inner = c.intermediateSize();
        return new Layer(
                SelfAttention.of(
                        List.of(
                                Linear.read(w, prefix + query, hidden, hidden),
                                Linear.read(w, prefix + key, hidden, hidden),
                                Linear.read(w, prefix + value, hidden, hidden)),
                        Linear.read(w, prefix + attentionOutput, hidden, hidden),
                        c.numAttentionHeads(),
                        hidden / c.numAttentionHeads()),
                Norm.read(w, prefix + attentionNorm, hidden, epsilon),
                new FeedForward(
                        Linear.read(w, prefix + wide, hidden, inner),
                        null,
                        activation,
                        Linear.read(w, prefix + narrow, inner, hidden)),
                Norm.read(w, prefix + norm, hidden, epsilon));
    }
}
