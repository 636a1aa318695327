package io.millrace.cli.local;

import io.millrace.flink.encode.EncoderMetrics;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Metric;

/**
 * What a running job has done, from the metrics of its operators. After a failure the job reads
 * some records again, and these count again.
 */
public final class JobCounts {
    /** The operator that every record is read by. */
    private static final String READ = "decode.numRecordsIn";

    /** The operator whose input is on its way to Kafka. */
    private static final String EMBEDDED = "vectors: Writer.numRecordsIn";

    private static final String REJECTED = "dead-letters-emit.numRecordsIn";

    private static final String ENCODER = "millrace-encode.";
    private static final String TOKENS = ENCODER + EncoderMetrics.NUM_TOKENS;
    private static final String TRUNCATED = ENCODER + EncoderMetrics.NUM_TRUNCATED;
    private static final String BATCH_ROWS = ENCODER + EncoderMetrics.BATCH_ROWS;
    private static final String BATCH_TOKENS = ENCODER + EncoderMetrics.BATCH_TOKENS;
    private static final String BATCH_LIMIT = ENCODER + EncoderMetrics.EFFECTIVE_BATCH_TOKENS;

    private static final Set<String> KEPT =
            Set.of(
                    READ,
                    EMBEDDED,
                    REJECTED,
                    TOKENS,
                    TRUNCATED,
                    BATCH_ROWS,
                    BATCH_TOKENS,
                    BATCH_LIMIT);

    private final Map<String, Map<Metric, Boolean>> running = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> ended = new ConcurrentHashMap<>();

    /** Records read so far. */
    public long in() {
        return count(READ);
    }

    /** Vectors on their way out so far. */
    public long out() {
        return count(EMBEDDED);
    }

    /** Records that got no vector so far. */
    public long rejected() {
        return count(REJECTED);
    }

    /** Tokens encoded so far. */
    public long tokens() {
        return count(TOKENS);
    }

    /** Vectors so far of texts that were cut off to fit the model. */
    public long truncated() {
        return count(TRUNCATED);
    }

    /** Texts of a batch, the mean of the recent ones; 0: there was none. */
    public double batchRows() {
        return mean(BATCH_ROWS);
    }

    /** Tokens of a batch with its padding, the mean of the recent ones; 0: there was none. */
    public double batchTokens() {
        return mean(BATCH_TOKENS);
    }

    /** Most tokens of a batch; 0: no task runs. */
    public double batchLimit() {
        return mean(BATCH_LIMIT);
    }

    void added(Metric metric, String name, String operator) {
        String key = operator + "." + name;
        if (KEPT.contains(key)) {
            running.computeIfAbsent(key, any -> new ConcurrentHashMap<>()).put(metric, true);
        }
    }

    void removed(Metric metric, String name, String operator) {
        String key = operator + "." + name;
        if (KEPT.contains(key)) {
            if (metric instanceof Counter counter) {
                ended.computeIfAbsent(key, any -> new LongAdder()).add(counter.getCount());
            }
            running.getOrDefault(key, Map.of()).remove(metric);
        }
    }

    private long count(String key) {
        LongAdder before = ended.get(key);
        long count = before == null ? 0 : before.sum();
        for (Metric metric : running.getOrDefault(key, Map.of()).keySet()) {
            count += metric instanceof Counter counter ? counter.getCount() : 0;
        }
        return count;
    }

    /** Over the subtasks that have something to say. */
    private double mean(String key) {
        return running.getOrDefault(key, Map.of()).keySet().stream()
                .mapToDouble(JobCounts::value)
                .filter(value -> value > 0)
                .average()
                .orElse(0);
    }

    private static double value(Metric metric) {
        if (metric instanceof Histogram histogram) {
            return histogram.getStatistics().getMean();
        }
        return metric instanceof Gauge<?> gauge && gauge.getValue() instanceof Number number
                ? number.doubleValue()
                : 0;
    }
}
