package io.millrace.flink.batch;

import io.millrace.model.encode.LengthBuckets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The texts that wait for a batch, in one bucket for each padded length.
 *
 * <p>A batch is cut from one bucket, oldest text first, up to the token budget and the row cap. It
 * is cut when
 *
 * <ol>
 *   <li>the oldest text of all has waited for the linger time and a thread is idle: its bucket
 *       goes, full or not;
 *   <li>a bucket is full and there is room in flight, idle thread or not. If the oldest text of all
 *       is due then, its bucket goes first, so that rare lengths do not starve behind frequent
 *       ones;
 *   <li>the caller forces it: the oldest text's bucket goes.
 * </ol>
 *
 * <p>While all threads are busy, a due bucket that is not full stays open and grows: cutting it
 * early would gain nothing. Hence linger bounds the wait for company, not the wait for a thread.
 */
public final class BatchBuffer<T> {
    /** No text waits, so none is ever due. */
    public static final long NEVER = Long.MAX_VALUE;

    private final LengthBuckets lengths;
    private final TokenBudget budget;
    private final int rowsMax;
    private final long lingerMillis;

    // By padded length; a bucket is removed with its last text.
    private final Map<Integer, Bucket<T>> buckets = new HashMap<>();
    private long arrivals;

    public BatchBuffer(LengthBuckets lengths, TokenBudget budget, int rowsMax, long lingerMillis) {
        this.lengths = lengths;
        this.budget = budget;
        this.rowsMax = rowsMax;
        // Any longer time is as good as for ever, and must not overflow when added to a clock.
        this.lingerMillis = Math.min(lingerMillis, Long.MAX_VALUE / 2);
    }

    /**
     * Lets a text wait.
     *
     * @param tokens of this text, without padding
     * @param nowMillis never earlier than that of the call before
     */
    public void add(T text, int tokens, long nowMillis) {
        buckets.computeIfAbsent(lengths.paddedLength(tokens), Bucket::new)
                .texts
                .add(new Waiting<>(text, arrivals++, nowMillis));
    }

    /**
     * The next batch to run, removed from here, or null while it is better to wait.
     *
     * @param threadIdle whether a batch would start at once
     * @param force cuts the oldest text's bucket whatever its state, for this reason
     */
    public @Nullable Batch<T> next(
            long nowMillis, boolean threadIdle, @Nullable FlushReason force) {
        Bucket<T> oldest = null;
        Bucket<T> oldestFull = null;
        for (Bucket<T> bucket : buckets.values()) {
            if (bucket.isOlderThan(oldest)) {
                oldest = bucket;
            }
            if (isFull(bucket) && bucket.isOlderThan(oldestFull)) {
                oldestFull = bucket;
            }
        }
        if (oldest == null) {
            return null;
        }
        if (force != null) {
            return cut(oldest, force);
        }
        boolean due = nowMillis >= dueAt(oldest);
        if (due && (threadIdle || oldestFull != null)) {
            return cut(oldest, FlushReason.LINGER);
        }
        return oldestFull == null ? null : cut(oldestFull, FlushReason.FULL);
    }

    /** When the oldest text becomes due, or {@link #NEVER}. */
    public long nextDueMillis() {
        long next = NEVER;
        for (Bucket<T> bucket : buckets.values()) {
            next = Math.min(next, dueAt(bucket));
        }
        return next;
    }

    private Batch<T> cut(Bucket<T> bucket, FlushReason reason) {
        boolean full = isFull(bucket);
        int count = Math.min(rows(bucket), bucket.texts.size());
        List<T> rows = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            rows.add(bucket.texts.remove().text);
        }
        if (bucket.texts.isEmpty()) {
            buckets.remove(bucket.paddedLength);
        }
        return new Batch<>(
                rows, bucket.paddedLength, budget.tokens(), full ? FlushReason.FULL : reason);
    }

    private boolean isFull(Bucket<T> bucket) {
        return bucket.texts.size() >= rows(bucket);
    }

    /** Rows of one batch; a text that is longer than the whole budget still gets its own. */
    private int rows(Bucket<T> bucket) {
        return Math.max(1, Math.min(rowsMax, budget.tokens() / bucket.paddedLength));
    }

    private long dueAt(Bucket<T> bucket) {
        return bucket.oldest().arrivedMillis + lingerMillis;
    }

    private record Waiting<T>(T text, long arrival, long arrivedMillis) {}

    /** Texts of one padded length, oldest first; never empty outside the methods above. */
    private static final class Bucket<T> {
        final int paddedLength;
        final ArrayDeque<Waiting<T>> texts = new ArrayDeque<>();

        Bucket(int paddedLength) {
            this.paddedLength = paddedLength;
        }

        Waiting<T> oldest() {
            return texts.element();
        }

        boolean isOlderThan(@Nullable Bucket<T> other) {
            return other == null || oldest().arrival < other.oldest().arrival;
        }
    }
}
