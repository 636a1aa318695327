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
        List<Value> projected = k.dense(x, List.of(query, key, value));
        Value q = split(k, projected.get(0), heads, queryNorm, batch); // [B, h, S, d]
        Value keys = split(k, projected.get(1), keyValueHeads, keyNorm, batch);
        Value values = split(k, projected.get(2), keyValueHeads, null, batch);
        if (view.rotation != null) {
            q = k.rotate(q, view.rotation);
            keys = k.rotate(keys, view.rotation);
        }
        int times = heads / keyValueHeads;
        Value scores = k.scores(q, k.repeatHeads(keys, times), scale, view.bias); // [B, h, S, S]
        return k.context(k.attention(scores), k.repeatHeads(values, times), heads * headSize);
    }

    private Value split(Kernels k, Value x, int count, @Nullable Norm norm, Batch batch) {
        if (norm == null) {
            return k.heads(x, count, headSize, batch);
        }
        return norm.width() == headSize
                ? k.norm(k.heads(x, count, headSize, batch), norm)
                : k.heads(k.norm(x, norm), count, headSize, batch);
    }

    /** The same with norms. */
    SelfAttention with(Norm ofQuery, Norm ofKey) {
        return new SelfAttention(
                query, key, value, output, heads, keyValueHeads, headSize, scale, ofQuery, ofKey);
    }
}
