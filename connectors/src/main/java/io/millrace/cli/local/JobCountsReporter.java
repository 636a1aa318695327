package io.millrace.cli.local;

import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricConfig;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.reporter.MetricReporter;
import org.apache.flink.metrics.reporter.MetricReporterFactory;

/** Hands the counters of a job in this process to its {@link JobCounts}. */
final class JobCountsReporter implements MetricReporter {
    private static final String OPERATOR = "<operator_name>";
    private static final String ID = "id";

    // Owned by this class: Flink makes reporters by their factory's name, so they find their counts
    // here. An entry lives as long as its Registration.
    private static final Map<String, JobCounts> COUNTS = new ConcurrentHashMap<>();

    private JobCounts counts = new JobCounts();

    /** Found by Flink among the services on the class path. */
    public static final class Factory implements MetricReporterFactory {
        @Override
        public MetricReporter createMetricReporter(Properties properties) {
            return new JobCountsReporter();
        }
    }

    /** Counts that a cluster will report to. */
    record Registration(String id, JobCounts counts) implements AutoCloseable {
        @Override
        public void close() {
            COUNTS.remove(id);
        }
    }

    /** Makes a cluster with this configuration report to new counts. */
    static Registration register(Configuration configuration) {
        String id = UUID.randomUUID().toString();
        JobCounts counts = new JobCounts();
        COUNTS.put(id, counts);
        configuration.setString("metrics.reporter.millrace.factory.class", Factory.class.getName());
        configuration.setString("metrics.reporter.millrace." + ID, id);
        return new Registration(id, counts);
    }

    @Override
    public void open(MetricConfig config) {
        counts = COUNTS.getOrDefault(config.getString(ID, ""), counts);
    }

    @Override
    public void notifyOfAddedMetric(Metric metric, String name, MetricGroup group) {
        counts.added(metric, name, operator(group));
    }

    @Override
    public void notifyOfRemovedMetric(Metric metric, String name, MetricGroup group) {
        counts.removed(metric, name, operator(group));
    }

    @Override
    public void close() {}

    private static String operator(MetricGroup group) {
        return group.getAllVariables().getOrDefault(OPERATOR, "");
    }
}
