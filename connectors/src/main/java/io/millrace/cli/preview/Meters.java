package io.millrace.cli.preview;

import io.millrace.cli.local.JobCounts;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.jspecify.annotations.Nullable;

/** How fast a job has been, second by second, for the last minutes. */
final class Meters {
    /** So many readings are kept: five minutes. */
    private static final int READINGS = 300;

    /** Percentiles are over the last so many readings: a second may have a text or two only. */
    private static final int LATENCY_READINGS = 10;

    private final Deque<Reading> readings = new ArrayDeque<>();
    private final Deque<double[]> latencies = new ArrayDeque<>();
    private long lastNanos;
    private long lastRecords;
    private long lastTokens;

    Meters(long nowNanos) {
        this.lastNanos = nowNanos;
    }

    /**
     * What was seen at one time.
     *
     * @param records vectors a second
     * @param tokens tokens a second
     * @param fill share of the batches' token limit that is used, 0 to 1; null: no batch yet
     * @param rows texts of a batch; null: no batch yet
     * @param latency null: no text in the last seconds
     */
    record Reading(
            double records,
            double tokens,
            @Nullable Double fill,
            @Nullable Double rows,
            @Nullable Latency latency) {}

    /** Milliseconds from a record's timestamp to its vector. */
    record Latency(double p50, double p95, double p99) {}

    /** Called about once a second. */
    synchronized void read(JobCounts counts, double[] newLatencies, long nowNanos) {
        double seconds = (nowNanos - lastNanos) / 1e9;
        long records = counts.out();
        long tokens = counts.tokens();
        keep(latencies, newLatencies, LATENCY_READINGS);
        boolean batches = counts.batchRows() > 0 && counts.batchLimit() > 0;
        keep(
                readings,
                new Reading(
                        (records - lastRecords) / seconds,
                        (tokens - lastTokens) / seconds,
                        batches ? counts.batchTokens() / counts.batchLimit() : null,
                        batches ? counts.batchRows() : null,
                        latency()),
                READINGS);
        lastNanos = nowNanos;
        lastRecords = records;
        lastTokens = tokens;
    }

    /** The oldest first. */
    synchronized List<Reading> readings() {
        return List.copyOf(readings);
    }

    private @Nullable Latency latency() {
        double[] values = latencies.stream().flatMapToDouble(Arrays::stream).toArray();
        if (values.length == 0) {
            return null;
        }
        Percentile percentile = new Percentile();
        percentile.setData(values);
        return new Latency(
                percentile.evaluate(50), percentile.evaluate(95), percentile.evaluate(99));
    }

    private static <T> void keep(Deque<T> recent, T newest, int atMost) {
        recent.add(newest);
        if (recent.size() > atMost) {
            recent.remove();
        }
    }
}
