package io.millrace.model.arch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Attention of the tokens of a text to each other.
 *
 * <p>Vaswani et al. 2017, <a href="https://arxiv.org/abs/1706.03762">Attention Is All You Need</a>;
 * with fewer heads for keys and values than for queries, Ainslie et al. 2023, <a
 * href="https://arxiv.org/abs/2305.13245">GQA</a>.
 *
 * @param output from the heads side by side to the hidden size; applied by whoever adds the result
 * @param heads heads of the query
 * @param keyValueHeads heads of key and value, each used by so many query heads in a row
 * @param headSize width of one head
 * @param scale of the products of query and key
 * @param queryNorm as wide as a head: on each head of the query; as wide as all: on all of it;
 *     null: none
 * @param keyNorm the same of the key
 */
record SelfAttention(
        Linear query,
        Linear key,
        Linear value,
        Linear output,
        int heads,
        int keyValueHeads,
        int headSize,
        float scale,
        @Nullable Norm queryNorm,
        @Nullable Norm keyNorm) {
    /** As many heads for keys and values, scaled by the root of the head size. */
    static SelfAttention of(List<Linear> queryKeyValue, Linear output, int heads, int headSize) {
        return new SelfAttention(
                queryKeyValue.get(0),
                queryKeyValue.get(1),
                queryKeyValue.get(2),
                output,
                heads,
                heads,
                headSize,
                scale(headSize),
                null,
                null);
    }

    /** One over the root of a width. */
    static float scale(float width) {
        return (float) (1 / Math.sqrt(width));
    }

    /**
     * What tokens see of each other, for a whole batch.
     *
     * @param bias added to the scaled products: the mask, and maybe a bias by distance. {@code [B,
     *     1 or h, 1 or S, S]}
     * @param rotation by which queries and keys are turned; null: not at all
     */
    record View(Value bias, @Nullable Rotation rotation) {}

    /** {@code [B · S, H] → [B · S, h · d]}, before the output layer. */
    Value context(Kernels k, Value x, View view, Batch batch) {
        List<Value> projected = project(k, x, view, batch);
        Value q = projected.get(0); // [B, h, S, d]
        Value keys = projected.get(1);
        if (view.rotation != null) {
            q = k.rotate(q, view.rotation);
            keys = k.rotate(keys, view.rotation);
        }
        int times = heads / keyValueHeads;
        Value scores = k.scores(q, k.repeatHeads(keys, times), 1, view.bias); // [B, h, S, S]
        Value values = k.repeatHeads(projected.get(2), times);
        return k.context(k.attention(scores), values, heads * headSize);
    }

    /**
     * Query, key and value as heads. The scale of their products is in the weights of the query, or
     * of the norm that follows: turning changes no length. Keys that are neither turned nor
     * normalised go without their bias, see {@link Linear#withoutBias}.
     */
    private List<Value> project(Kernels k, Value x, View view, Batch batch) {
        boolean asProjected = view.rotation == null && keyNorm == null;
        List<Linear> layers =
                List.of(
                        queryNorm == null ? query.times(scale) : query,
                        asProjected ? key.withoutBias() : key,
                        value);
        Norm ofQuery = queryNorm == null ? null : queryNorm.times(scale);
        if (ofQuery == null && keyNorm == null) {
            return k.denseHeads(x, layers, headSize, batch);
        }
        if (isOfHeads(queryNorm) && isOfHeads(keyNorm)) {
            List<Value> all = k.denseHeads(x, layers, headSize, batch);
            return List.of(norm(k, all.get(0), ofQuery), norm(k, all.get(1), keyNorm), all.get(2));
        }
        List<Value> all = k.dense(x, layers);
        return List.of(
                k.heads(norm(k, all.get(0), ofQuery), heads, headSize, batch),
                k.heads(norm(k, all.get(1), keyNorm), keyValueHeads, headSize, batch),
                k.heads(all.get(2), keyValueHeads, headSize, batch));
    }

    private boolean isOfHeads(@Nullable Norm norm) {
        return norm == null || norm.width() == headSize;
    }

    private static Value norm(Kernels k, Value x, @Nullable Norm norm) {
        return norm == null ? x : k.norm(x, norm);
    }

    /** The same with norms. */
    SelfAttention with(Norm ofQuery, Norm ofKey) {
        return new SelfAttention(
                query, key, value, output, heads, keyValueHeads, headSize, scale, ofQuery, ofKey);
    }
}
