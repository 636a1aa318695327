package io.millrace.flink.encode;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.TokenizedRecord;
import io.millrace.flink.testing.TestRecords;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Metric;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionGraphTestUtils;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.tasks.mailbox.Mail;
import org.apache.flink.streaming.runtime.tasks.mailbox.TaskMailbox;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;

/** The operator in Flink's harness. The test's thread is the mailbox thread; the clock stands. */
final class OperatorHarness implements AutoCloseable {
    static final OutputTag<RejectedRecord> REJECTED =
            new OutputTag<>("rejected", Types.POJO(RejectedRecord.class));

    final OneInputStreamOperatorTestHarness<TokenizedRecord, EmbeddingRecord> flink;

    private final Map<String, Metric> metrics = new ConcurrentHashMap<>();

    /** An operator that is not open yet. */
    OperatorHarness(EncodeOptions options, EncoderSource encoders) throws Exception {
        this(options, encoders, 1, 0);
    }

    OperatorHarness(EncodeOptions options, EncoderSource encoders, int parallelism, int subtask)
            throws Exception {
        TestingMetricRegistry registry =
                TestingMetricRegistry.builder()
                        .setRegisterConsumer((metric, name, group) -> metrics.put(name, metric))
                        .build();
        MockEnvironment environment =
                new MockEnvironmentBuilder()
                        .setMaxParallelism(16)
                        .setParallelism(parallelism)
                        .setSubtaskIndex(subtask)
                        .setMetricGroup(
                                TaskManagerMetricGroup.createTaskManagerMetricGroup(
                                                registry, "localhost", ResourceID.generate())
                                        .addJob(new JobID(), "job")
                                        .addTask(
                                                ExecutionGraphTestUtils.createExecutionAttemptId(),
                                                "task"))
                        .build();
        flink =
                new OneInputStreamOperatorTestHarness<>(
                        new EncodeBatchOperatorFactory(encoders, options, REJECTED),
                        Types.POJO(TokenizedRecord.class)
                                .createSerializer(new SerializerConfigImpl()),
                        environment);
        flink.setup(Types.POJO(EmbeddingRecord.class).createSerializer(new SerializerConfigImpl()));
    }

    OperatorHarness open() throws Exception {
        flink.open();
        return this;
    }

    OperatorHarness open(OperatorSubtaskState state) throws Exception {
        flink.initializeState(state);
        flink.open();
        return this;
    }

    void feed(int id, int tokens) throws Exception {
        flink.processElement(new StreamRecord<>(TestRecords.tokens(id, tokens)));
    }

    void feed(int id, int tokens, long timestamp) throws Exception {
        flink.processElement(TestRecords.tokens(id, tokens), timestamp);
    }

    void feedDelete(int id) throws Exception {
        flink.processElement(new StreamRecord<>(TestRecords.delete(id)));
    }

    /** Runs mails until at most so many batches are in flight and no mail is left. */
    void runUntilInFlight(int batches) throws Exception {
        while (gauge(EncoderMetrics.IN_FLIGHT_BATCHES).intValue() > batches) {
            flink.getTaskMailbox().take(TaskMailbox.MIN_PRIORITY).run();
        }
        runMails();
    }

    /** Waits for a mail, a batch that comes back say, runs it and those that it brings. */
    void awaitMail() throws Exception {
        flink.getTaskMailbox().take(TaskMailbox.MIN_PRIORITY).run();
        runMails();
    }

    /** Runs the mails that are there, and those that they bring. */
    void runMails() throws Exception {
        while (flink.getTaskMailbox().hasMail()) {
            flink.getTaskMailbox().take(TaskMailbox.MIN_PRIORITY).run();
        }
    }

    /** Puts a mail behind those that are there. */
    void mail(Runnable action) {
        flink.getTaskMailbox().put(new Mail(action::run, TaskMailbox.MAX_PRIORITY, "test"));
    }

    /** Numbers of the records that left with a vector, in order. */
    List<Integer> embedded() {
        List<Integer> ids = new ArrayList<>();
        for (EmbeddingRecord record : flink.extractOutputValues()) {
            ids.add((int) record.source().origin().offset());
        }
        return ids;
    }

    /** Records that left without one, in order. */
    List<RejectedRecord> rejected() {
        List<RejectedRecord> records = new ArrayList<>();
        var side = flink.getSideOutput(REJECTED);
        if (side != null) {
            side.forEach(record -> records.add(record.getValue()));
        }
        return records;
    }

    /**
     * Everything that left on the main output: numbers, {@code D2} for a delete, {@code W5}, ACTIVE
     * and IDLE.
     */
    List<String> all() {
        List<String> all = new ArrayList<>();
        for (Object element : flink.getOutput()) {
            if (element instanceof StreamRecord<?> record
                    && record.getValue() instanceof EmbeddingRecord embedding) {
                all.add((embedding.deletes() ? "D" : "") + embedding.source().origin().offset());
            } else if (element instanceof Watermark watermark) {
                all.add("W" + watermark.getTimestamp());
            } else {
                all.add(element.toString());
            }
        }
        return all;
    }

    Number gauge(String name) {
        return (Number) ((Gauge<?>) metric(name)).getValue();
    }

    long counter(String name) {
        return ((Counter) metric(name)).getCount();
    }

    Histogram histogram(String name) {
        return (Histogram) metric(name);
    }

    private Metric metric(String name) {
        return Objects.requireNonNull(metrics.get(name), name);
    }

    @Override
    public void close() throws Exception {
        flink.close();
    }
}
