package io.millrace.model.tokenize;

/**
 * What a text became.
 *
 * @param ids token ids, special tokens included, not padded
 * @param truncated whether tokens were cut off to fit the model
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; copied on no hot path
public record TokenizedText(int[] ids, boolean truncated) {}
