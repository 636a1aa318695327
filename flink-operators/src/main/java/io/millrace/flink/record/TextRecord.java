package io.millrace.flink.record;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text on its way to its vector, with all that passes through unchanged, or a {@link #delete}.
 * Its time is the stream record's timestamp.
 *
 * <p>Exactly one of {@code text} and {@code tokenIds} is set in a text that was read successfully.
 * In one that was not, and in a delete, neither is.
 *
 * @param key the record's key
 * @param text what to encode
 * @param tokenIds or, made elsewhere, its token ids, special tokens included
 * @param value the record's value as it was read, for the dead letters and for fields that pass
 *     through
 * @param headers in their order
 * @param origin where it was read, for people: {@code topic-partition@offset}, or a line number
 * @param deletes whether this says that the key has no text any more
 */
@SuppressWarnings("ArrayRecordComponent") // passed through, compared by nobody
public record TextRecord(
        byte @Nullable [] key,
        @Nullable String text,
        int @Nullable [] tokenIds,
        byte @Nullable [] value,
        List<Header> headers,
        Origin origin,
        boolean deletes) {

    /** A text or its token ids. */
    public TextRecord(
            byte @Nullable [] key,
            @Nullable String text,
            int @Nullable [] tokenIds,
            byte @Nullable [] value,
            List<Header> headers,
            Origin origin) {
        this(key, text, tokenIds, value, headers, origin, false);
    }

    /**
     * Says that this key has no text any more, as a Kafka record without a value does, or a row of
     * kind DELETE. It passes to the vectors in its place, as an {@link EmbeddingRecord} without
     * one.
     */
    public static TextRecord delete(byte[] key, List<Header> headers, Origin origin) {
        return new TextRecord(key, null, null, null, headers, origin, true);
    }
}
