package io.millrace.flink.record;

import io.millrace.model.encode.Precision;

/**
 * A text's vector, and the text's record that it was made from.
 *
 * @param source key, headers and value of the text, unchanged
 * @param embedding the vector, every component finite
 * @param tokens tokens that were encoded, special tokens included
 * @param truncated whether tokens were cut off to fit the model
 * @param modelId the model's name
 * @param modelRevision the model's revision, see {@link
 *     io.millrace.model.encode.ModelInfo#revision}
 * @param precision what the model computed it with
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; emitted once
public record EmbeddingRecord(
        TextRecord source,
        float[] embedding,
        int tokens,
        boolean truncated,
        String modelId,
        String modelRevision,
        Precision precision) {}
