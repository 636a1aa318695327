package io.millrace.model.arch;

import io.millrace.model.arch.SelfAttention.View;
import org.jspecify.annotations.Nullable;

/**
 * Attention, then a feed-forward part; each adds to what came in.
 *
 * @param attentionNorm null: none
 */
record Layer(
        SelfAttention attention,
        @Nullable Norm attentionNorm,
        FeedForward feedForward,
        Norm feedForwardNorm) {
    /** Each sum is normalised: {@code norm(x + f(x))}. */
    Value postNorm(Kernels k, Value x, View view, Batch batch) {
        Value context = attention.context(k, x, view, batch); // [B · S, h · d]
        Value attended = norm(k, k.denseAdd(context, attention.output(), x)); // [B · S, H]
        Value wide = feedForward.hidden(k, attended); // [B · S, I]
        return k.norm(k.denseAdd(wide, feedForward.narrow(), attended), feedForwardNorm);
    }

    /** What goes in is normalised: {@code x + f(norm(x))}. */
    Value preNorm(Kernels k, Value x, View view, Batch batch) {
        Value context = attention.context(k, norm(k, x), view, batch); // [B · S, h · d]
        Value attended = k.denseAdd(context, attention.output(), x); // [B · S, H]
        Value wide = feedForward.hidden(k, k.norm(attended, feedForwardNorm)); // [B · S, I]
        return k.denseAdd(wide, feedForward.narrow(), attended);
    }

    private Value norm(Kernels k, Value x) {
        return attentionNorm == null ? x : k.norm(x, attentionNorm);
    }
}
