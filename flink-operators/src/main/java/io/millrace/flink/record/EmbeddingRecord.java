package io.millrace.flink.record;

import io.millrace.model.encode.Precision;
import org.jspecify.annotations.Nullable;

/**
 * A text's vector, and the text's record that it was made from. Or, where a {@link
 * TextRecord#delete} came in, that the key has no vector any more.
 *
 * @param source key, headers and value of the text, unchanged
 * @param embedding the vector, every component finite; null in a delete, and only there
 * @param tokens tokens that were encoded, special tokens included; 0 in a delete
 * @param truncated whether tokens were cut off to fit the model
 * @param modelId the model's name
 * @param modelRevision the model's revision, see {@link
 *     io.millrace.model.encode.ModelInfo#revision}
 * @param precision what the model computed it with
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; emitted once
public record EmbeddingRecord(
        TextRecord source,
        float @Nullable [] embedding,
        int tokens,
        boolean truncated,
        String modelId,
        String modelRevision,
        Precision precision) {

    /** Whether the key's vector is to be deleted. There are none where no delete came in. */
    public boolean deletes() {
        return source.deletes();
    }
}
