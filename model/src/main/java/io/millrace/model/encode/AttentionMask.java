package io.millrace.model.encode;

/** Which positions a token attends to. Padding is hidden under both. */
public enum AttentionMask {
    /** Every token of the same text. */
    PADDING,
    /** Itself and the tokens before it. */
    CAUSAL
}
