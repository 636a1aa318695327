package io.millrace.cli.preview;

import io.millrace.flink.record.EmbeddingRecord;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.commons.math3.stat.descriptive.SynchronizedDescriptiveStatistics;
import org.jspecify.annotations.Nullable;

/**
 * Between a job's tasks and the preview. Tasks never wait here: what comes faster than it is taken
 * is left out and counted. Latencies are those of all records.
 */
final class Tap implements AutoCloseable {
    /** So many samples wait at most; a fraction of a second of the fastest models. */
    static final int WAITING = 1024;

    /** Of one second no more than the last so many latencies are kept. */
    private static final int LATENCIES = 4096;

    // Owned by this class: Flink makes copies of functions, and those find their tap here. An entry
    // lives until its tap is closed.
    private static final Map<String, Tap> OPEN = new ConcurrentHashMap<>();

    private final String id = UUID.randomUUID().toString();
    private final BlockingQueue<Sample> waiting = new ArrayBlockingQueue<>(WAITING);
    private final LongAdder leftOut = new LongAdder();
    private final SynchronizedDescriptiveStatistics latencies =
            new SynchronizedDescriptiveStatistics(LATENCIES);

    static Tap open() {
        Tap tap = new Tap();
        OPEN.put(tap.id, tap);
        return tap;
    }

    /** The open tap of this id; null once it is closed. */
    static @Nullable Tap find(String id) {
        return OPEN.get(id);
    }

    String id() {
        return id;
    }

    /**
     * Called by tasks. A record without a vector has nothing to show.
     *
     * @param timestamp of the record; null: it has none
     */
    void offer(EmbeddingRecord record, @Nullable Long timestamp) {
        float @Nullable [] vector = record.embedding();
        if (vector == null) {
            return;
        }
        if (timestamp != null) {
            latencies.addValue((double) (System.currentTimeMillis() - timestamp));
        }
        if (waiting.remainingCapacity() == 0 || !waiting.offer(Sample.of(record, vector))) {
            leftOut.increment();
        }
    }

    /** The next sample, waiting for it. */
    Sample take() throws InterruptedException {
        return waiting.take();
    }

    /** How many texts were left out so far. */
    long leftOut() {
        return leftOut.sum();
    }

    /**
     * Milliseconds from each record's timestamp to its vector, of the records since the last call.
     */
    double[] takeLatencies() {
        synchronized (latencies) {
            double[] values = latencies.getValues();
            latencies.clear();
            return values;
        }
    }

    @Override
    public void close() {
        OPEN.remove(id);
    }
}
