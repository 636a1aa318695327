package io.millrace.model.arch;

import io.millrace.model.arch.TransformerSettings.Projection;
import java.util.List;

/**
 * The attention of one layer of a {@link Transformer}.
 *
 * @param config how many heads, how wide
 * @param projections of queries, keys, values
 * @param mixing what is made of them
 * @param output from the heads side by side to the hidden size; applied by whoever adds the result
 */
record TransformerAttention(
        TransformerSettings config, List<Linear> projections, Mixing mixing, Linear output) {
    static TransformerAttention read(TransformerSettings c, Weights w, String p) {
        int attended = c.sizes().numAttentionHeads() * c.headSize();
        return new TransformerAttention(
                c,
                projections(c, w, p),
                mixing(c, w, p),
                Linear.read(w, p + "out_proj", attended, c.sizes().hiddenSize(), c.outputBias()));
    }

    private static List<Linear> projections(TransformerSettings c, Weights w, String p) {
        int hidden = c.sizes().hiddenSize();
        int queries = c.sizes().numAttentionHeads() * c.headSize();
        int keys = c.keyValueHeads() * c.headSize();
        boolean bias = c.queryBias();
        return switch (c.projection()) {
            case PACKED -> {
                int all = queries + 2 * keys;
                Linear packed =
                        new Linear(
                                w.get(p + "in_proj_weight", all, hidden),
                                bias ? w.get(p + "in_proj_bias", all) : null);
                yield List.of(
                        packed.rows(0, queries),
                        packed.rows(queries, keys),
                        packed.rows(queries + keys, keys));
            }
            case SEPARATE ->
                    List.of(
                            Linear.read(w, p + "q_proj", hidden, queries, bias),
                            Linear.read(w, p + "k_proj", hidden, keys, bias),
                            Linear.read(w, p + "v_proj", hidden, keys, bias));
            case SHARED -> {
                int head = c.headSize();
                yield List.of(
                        Linear.read(w, p + "q_proj", head, head, false),
                        Linear.read(w, p + "k_proj", head, head, false),
                        Linear.read(w, p + "v_proj", head, head, false));
            }
        };
    }

    private static Mixing mixing(TransformerSettings c, Weights w, String p) {
        return switch (c.attention()) {
            case FULL, SLIDING_WINDOW, BLOCK_SPARSE -> new Mixing.Softmax(c.scale());
            case LINEAR -> new Mixing.Linear(c.attentionEpsilon());
            case PERFORMER ->
                    new Mixing.Performer(directions(c, w, p), c.scale(), c.attentionEpsilon());
            case LINFORMER ->
                    new Mixing.Linformer(
                            fewer(c, w, p + "linformer_k"),
                            fewer(c, w, p + "linformer_v"),
                            c.scale());
        };
    }

    /** The same in every layer if they come from a seed, as nothing is learned of them. */
    private static Weight directions(TransformerSettings c, Weights w, String p) {
        Integer seed = c.featureSeed();
        return seed == null
                ? w.get(p + "projection_matrix", c.features(), c.headSize())
                : RandomFeatures.weight("random features", c.features(), c.headSize(), seed);
    }

    /** Stored {@code [k, n]}, used {@code [n, k]}. */
    private static Weight fewer(TransformerSettings c, Weights w, String name) {
        int n = c.sizes().maxPositionEmbeddings();
        int k = c.linformerSize();
        return w.get(name + ".weight", k, n).reshape(1, k, n).swapLast().reshape(n, k);
    }

    /** {@code [B · S, H] → [B · S, h · d]}, before the output layer. */
    Value context(Kernels k, Value x, Mixing.View view) {
        int heads = config.sizes().numAttentionHeads();
        List<Value> projected = project(k, x, view);
        Value query = projected.get(0); // [B, h, S, d]
        Value key = projected.get(1);
        Value value = projected.get(2);
        if (view.rotation() != null) {
            query = k.rotate(query, view.rotation());
            key = k.rotate(key, view.rotation());
        }
        int times = heads / config.keyValueHeads();
        return mixing.mix(
                k,
                query,
                k.repeatHeads(key, times),
                k.repeatHeads(value, times),
                heads * config.headSize(),
                view);
    }

    private List<Value> project(Kernels k, Value x, Mixing.View view) {
        Batch batch = view.batch();
        int headSize = config.headSize();
        if (config.projection() != Projection.SHARED) {
            return k.denseHeads(x, layers(view), headSize, batch);
        }
        Value slices = k.flatten(x, headSize); // [B · S · h, d]
        int hidden = config.sizes().hiddenSize();
        return k.dense(slices, projections).stream()
                .map(y -> k.flatten(y, hidden))
                .map(y -> k.heads(y, hidden / headSize, headSize, batch))
                .toList();
    }

    /**
     * Keys of a softmax that are not turned go without their bias, see {@link Linear#withoutBias}.
     */
    private List<Linear> layers(Mixing.View view) {
        return mixing instanceof Mixing.Softmax && view.rotation() == null
                ? List.of(projections.get(0), projections.get(1).withoutBias(), projections.get(2))
                : projections;
    }
}
