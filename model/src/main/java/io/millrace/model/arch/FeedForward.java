package io.millrace.model.arch;

import org.jspecify.annotations.Nullable;

/**
 * The layers that look at each token by itself: wide, an activation, narrow again.
 *
 * @param wide {@code [H → I]}; with a gate, what is gated
 * @param gate {@code [H → I]}, its activation times {@code wide}: Shazeer 2020, <a
 *     href="https://arxiv.org/abs/2002.05202">GLU Variants Improve Transformer</a>; null: the
 *     activation is on {@code wide}
 * @param narrow {@code [I → H]}; applied by whoever adds the result
 */
record FeedForward(Linear wide, @Nullable Linear gate, Activation activation, Linear narrow) {
    /** {@code [B · S, H] → [B · S, I]}, before the last layer. */
    Value hidden(Kernels k, Value x) {
        return gate == null ? k.dense(x, wide, activation) : k.gated(x, gate, wide, activation);
    }
}
