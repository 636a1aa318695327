package io.millrace.it.bench.latency;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * What one load showed. Latencies are of the texts that were meant to be sent after the warm-up.
 *
 * @param percent of the capacity
 * @param textsPerSecond the arrival rate
 * @param seconds that count
 * @param texts that count
 * @param latency of these texts, in microseconds
 * @param lagMillisMax how late the latest of them was sent
 * @param backlogBegin texts under way, on average over the first third of the time that counts
 * @param backlogEnd and over the last
 * @param trouble why the load was not held; empty when it was
 * @param lost texts of all, warm-up included, without a vector
 * @param doubled vectors too many
 * @param rejected texts among the dead letters
 */
record LoadResult(
        double percent,
        double textsPerSecond,
        double seconds,
        int texts,
        Histogram latency,
        double lagMillisMax,
        double backlogBegin,
        double backlogEnd,
        List<String> trouble,
        int lost,
        int doubled,
        int rejected) {
    private static final double NANOS = 1e9;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MICROS_PER_MILLI = 1e3;
    private static final int DIGITS = 3;

    /** A sender that is so late for a third of the time is no hiccup. */
    private static final long LAG_MAX = 100_000_000;

    /** A backlog that takes so much of what arrives would grow for ever. */
    private static final double GROWTH_MAX = 0.02;

    LoadResult {
        trouble = List.copyOf(trouble);
    }

    /**
     * Counts a ledger.
     *
     * @param warmUp nanoseconds at its beginning that do not count
     */
    static LoadResult of(double percent, double textsPerSecond, Ledger ledger, long warmUp) {
        Schedule schedule = ledger.schedule();
        int first = schedule.firstFrom(warmUp);
        Histogram latency = new Histogram(DIGITS);
        long lagMax = 0;
        for (int text = first; text < schedule.texts(); text++) {
            lagMax = Math.max(lagMax, ledger.lag(text));
            if (ledger.isBack(text)) {
                latency.recordValue(Math.max(0, ledger.latency(text)) / 1000);
            }
        }
        long third = (schedule.end() - warmUp) / 3;
        double begin = ledger.meanBacklog(warmUp, warmUp + third);
        double end = ledger.meanBacklog(schedule.end() - third, schedule.end());
        return new LoadResult(
                percent,
                textsPerSecond,
                (schedule.end() - warmUp) / NANOS,
                schedule.texts() - first,
                latency,
                lagMax / NANOS_PER_MILLI,
                begin,
                end,
                trouble(ledger, begin, end, textsPerSecond, third),
                ledger.lost(),
                ledger.doubled(),
                ledger.rejectedTexts());
    }

    private static List<String> trouble(
            Ledger ledger, double begin, double end, double textsPerSecond, long third) {
        Schedule schedule = ledger.schedule();
        List<String> trouble = new ArrayList<>();
        int last = schedule.firstFrom(schedule.end() - third);
        long[] lags = new long[schedule.texts() - last];
        Arrays.setAll(lags, i -> ledger.lag(last + i));
        Arrays.sort(lags);
        if (lags.length > 0 && lags[lags.length / 2] > LAG_MAX) {
            trouble.add("sending fell behind");
        }
        // The two thirds' middles are two thirds of the time apart.
        if (end - begin > GROWTH_MAX * textsPerSecond * 2 * third / NANOS) {
            trouble.add("the backlog grew");
        }
        return trouble;
    }

    boolean isHeld() {
        return trouble.isEmpty();
    }

    /** Whether every text came back once, as a vector. */
    boolean isWhole() {
        return lost == 0 && doubled == 0 && rejected == 0;
    }

    /** The latency that so many percent of the texts do not exceed. */
    double millis(double percentile) {
        return latency.getValueAtPercentile(percentile) / MICROS_PER_MILLI;
    }

    double maxMillis() {
        return latency.getMaxValue() / MICROS_PER_MILLI;
    }

    double meanMillis() {
        return latency.getMean() / MICROS_PER_MILLI;
    }
}
