package io.millrace.flink.encode;

import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.RejectedRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record's place among those that have not left yet. Done once it has what it leaves as: a
 * vector, or a reason for having none, or a delete. Mailbox thread only; inference threads read
 * nothing but the buffered record.
 */
final class Slot implements EmitQueue.Element {
    private final BufferedRecord buffered;
    private final long arrivedMillis;
    private @Nullable EmbeddingRecord embedding;
    private @Nullable RejectedRecord rejection;

    Slot(BufferedRecord buffered, long arrivedMillis) {
        this.buffered = buffered;
        this.arrivedMillis = arrivedMillis;
    }

    BufferedRecord buffered() {
        return buffered;
    }

    /** Whether it is a delete, which nothing passes. */
    boolean deletes() {
        return buffered.record().source().deletes();
    }

    int[] ids() {
        return buffered.record().ids();
    }

    long arrivedMillis() {
        return arrivedMillis;
    }

    boolean isDone() {
        return embedding != null || rejection != null;
    }

    void embed(EmbeddingRecord vector) {
        embedding = vector;
    }

    void reject(RejectedRecord reason) {
        rejection = reason;
    }

    /** The vector, or the delete; null unless there is one. */
    @Nullable EmbeddingRecord embedding() {
        return embedding;
    }

    /** Why there is no vector; null unless that is so. */
    @Nullable RejectedRecord rejection() {
        return rejection;
    }
}
