package io.millrace.cli.local;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Metric;

/**
 * What a running job has done, from the record counters of its operators. After a failure the job
 * reads some records again, and these count again.
 */
public final class JobCounts {
    private static final String RECORDS_IN = "numRecordsIn";

    /** The operator that every record is read by. */
    private static final String READ = "decode";

    /** The operators whose input is on its way to Kafka. */
    private static final String EMBEDDED = "vectors: Writer";

    private static final String REJECTED = "dead-letters-emit";

    private static final Set<String> COUNTED = Set.of(READ, EMBEDDED, REJECTED);

    private final Map<String, Map<Counter, Boolean>> running = new ConcurrentHashMap<>();
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

    void added(Metric metric, String name, String operator) {
        if (isCounted(metric, name, operator)) {
            running.computeIfAbsent(operator, any -> new ConcurrentHashMap<>())
                    .put((Counter) metric, true);
        }
    }

    void removed(Metric metric, String name, String operator) {
        if (isCounted(metric, name, operator)) {
            Counter counter = (Counter) metric;
            ended.computeIfAbsent(operator, any -> new LongAdder()).add(counter.getCount());
            running.getOrDefault(operator, Map.of()).remove(counter);
        }
    }

    private static boolean isCounted(Metric metric, String name, String operator) {
        return metric instanceof Counter && name.equals(RECORDS_IN) && COUNTED.contains(operator);
    }

    private long count(String operator) {
        LongAdder before = ended.get(operator);
        long count = before == null ? 0 : before.sum();
        for (Counter counter : running.getOrDefault(operator, Map.of()).keySet()) {
            count += counter.getCount();
        }
        return count;
    }
}
