package io.millrace.flink.encode;

import java.util.Arrays;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.HistogramStatistics;

/**
 * Statistics over the last values only. Written by one thread, read by the metric reporters'; Flink
 * itself has no histogram that is open to others.
 */
final class RecentHistogram implements Histogram {
    private final long[] recent;
    private long count;

    RecentHistogram(int size) {
        this.recent = new long[size];
    }

    @Override
    public synchronized void update(long value) {
        recent[(int) (count++ % recent.length)] = value;
    }

    /** Of all values, not only the last. */
    @Override
    public synchronized long getCount() {
        return count;
    }

    @Override
    public HistogramStatistics getStatistics() {
        long[] values;
        synchronized (this) {
            values = Arrays.copyOf(recent, (int) Math.min(count, recent.length));
        }
        Arrays.sort(values);
        return new Statistics(values);
    }

    /** Over sorted values; all zero where there are none. */
    private static final class Statistics extends HistogramStatistics {
        private final long[] sorted;

        Statistics(long[] sorted) {
            this.sorted = sorted;
        }

        /** The smallest value that at least this share of the values does not exceed. */
        @Override
        public double getQuantile(double quantile) {
            if (sorted.length == 0) {
                return 0;
            }
            int rank = (int) Math.ceil(quantile * sorted.length);
            return sorted[Math.max(0, Math.min(rank, sorted.length) - 1)];
        }

        @Override
        public long[] getValues() {
            return sorted.clone();
        }

        @Override
        public int size() {
            return sorted.length;
        }

        @Override
        public double getMean() {
            return Arrays.stream(sorted).average().orElse(0);
        }

        @Override
        public double getStdDev() {
            double mean = getMean();
            return Math.sqrt(
                    Arrays.stream(sorted)
                            .mapToDouble(value -> (value - mean) * (value - mean))
                            .average()
                            .orElse(0));
        }

        @Override
        public long getMax() {
            return sorted.length == 0 ? 0 : sorted[sorted.length - 1];
        }

        @Override
        public long getMin() {
            return sorted.length == 0 ? 0 : sorted[0];
        }
    }
}
