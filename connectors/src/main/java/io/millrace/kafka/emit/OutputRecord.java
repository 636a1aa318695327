package io.millrace.kafka.emit;

import io.millrace.flink.record.Header;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record ready to be written.
 *
 * @param key as it was read
 * @param value vector; null: the key is deleted. In a dead letter, the value as it was read
 * @param headers in their order
 * @param timestamp its time; null: the time at which it is sent
 */
@SuppressWarnings("ArrayRecordComponent") // written once, compared by nobody
public record OutputRecord(
        byte @Nullable [] key,
        byte @Nullable [] value,
        List<Header> headers,
        @Nullable Long timestamp) {
    /** A batch's own bytes. */
    private static final int BATCH_OVERHEAD = 61;

    /** Lengths, offsets and times of one record, each at its longest. */
    private static final int RECORD_OVERHEAD = 32;

    /** A header's two lengths, each at its longest. */
    private static final int HEADER_OVERHEAD = 10;

    /**
     * The time of a record that was read at this time, as Flink tells it: one from before Kafka had
     * timestamps has a negative one, and a producer takes none or a real one.
     */
    static @Nullable Long timestamp(@Nullable Long read) {
        return read == null || read < 0 ? null : read;
    }

    /** No fewer bytes than this record takes alone in an uncompressed batch. */
    long sizeAtMost() {
        long size = (long) BATCH_OVERHEAD + RECORD_OVERHEAD + length(key) + length(value);
        for (Header header : headers) {
            size +=
                    HEADER_OVERHEAD
                            + header.name().getBytes(StandardCharsets.UTF_8).length
                            + length(header.value());
        }
        return size;
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
