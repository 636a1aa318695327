package io.millrace.flink.record;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text on its way to its vector, with all that passes through unchanged. Its time is the stream
 * record's timestamp.
 *
 * <p>Exactly one of {@code text} and {@code tokenIds} is set in a record that was read
 * successfully; in one that was not, neither is.
 *
 * @param key the record's key
 * @param text what to encode
 * @param tokenIds or, made elsewhere, its token ids, special tokens included
 * @param value the record's value as it was read, for the dead letters and for fields that pass
 *     through
 * @param headers in their order
 * @param origin where it was read, for people: {@code topic-partition@offset}, or a line number
 */
@SuppressWarnings("ArrayRecordComponent") // passed through, compared by nobody
public record TextRecord(
        byte @Nullable [] key,
        @Nullable String text,
        int @Nullable [] tokenIds,
        byte @Nullable [] value,
        List<Header> headers,
        Origin origin) {}
