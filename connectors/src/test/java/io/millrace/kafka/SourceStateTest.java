package io.millrace.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.kafka.broker.EmbeddedBroker;
import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.kafka.testing.Topics;
import io.millrace.model.testing.FakeEncoder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a job reads that goes on from the state of another, and when its topics change. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
final class SourceStateTest {
    @RegisterExtension
    static final MiniClusterExtension FLINK =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    private static EmbeddedBroker broker;
    private static Topics topics;

    @TempDir private Path directory;

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedBroker.start();
        topics = new Topics(broker.bootstrapServers());
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    /** An open transaction holds the first job back, just before its end. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBoundedReadThatGoesOnEndsWhereItWasToEnd(boolean oneMore) throws Exception {
        String input = "bounded-" + oneMore;
        String output = input + "-vectors";
        topics.create(2, input, output, output + ".dead-letters");
        topics.write(List.of(text(input, 0, "a"), text(input, 1, "b")));
        String savepoint;
        try (var producer = topics.writeUncommitted(text(input, 1, "c"))) {
            JobClient job = start(Map.of("bounded", "true"), output, null, input);
            savepoint = stopOnceWritten(job, output, "a", "b");
            if (oneMore) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
        topics.write(List.of(text(input, 0, "late"), text(input, 1, "late")));

        start(Map.of("bounded", "true"), output, savepoint, input).getJobExecutionResult().get();

        assertThat(keys(output))
                .containsExactlyInAnyOrderElementsOf(
                        oneMore ? List.of("a", "b", "c") : List.of("a", "b"));
    }

    @Test
    void aTopicThatIsNoLongerChosenIsNotReadAndGoesOnWhenItIsAgain() throws Exception {
        topics.create(1, "kept", "left", "chosen", "chosen.dead-letters");
        topics.write(List.of(text("kept", 0, "k1"), text("left", 0, "l1")));
        JobClient both = start(Map.of(), "chosen", null, "kept", "left");
        String first = stopOnceWritten(both, "chosen", "k1", "l1");
        topics.write(List.of(text("left", 0, "l2"), text("kept", 0, "k2")));

        JobClient one = start(Map.of(), "chosen", first, "kept");
        String second = stopOnceWritten(one, "chosen", "k1", "l1", "k2");

        JobClient again = start(Map.of(), "chosen", second, "kept", "left");
        stopOnceWritten(again, "chosen", "k1", "l1", "k2", "l2");
    }

    /**
     * A bounded read has settled its partitions, but not those of a topic that it does not know.
     */
    @Test
    void aTopicThatIsAddedToABoundedReadIsRead() throws Exception {
        topics.create(1, "first", "added", "sum", "sum.dead-letters");
        topics.write(List.of(text("first", 0, "f1"), text("added", 0, "a1")));
        String savepoint;
        try (var producer = topics.writeUncommitted(text("first", 0, "f2"))) {
            JobClient job = start(Map.of("bounded", "true"), "sum", null, "first");
            savepoint = stopOnceWritten(job, "sum", "f1");
            producer.commitTransaction();
        }

        start(Map.of("bounded", "true"), "sum", savepoint, "first", "added")
                .getJobExecutionResult()
                .get();

        assertThat(keys("sum")).containsExactlyInAnyOrder("f1", "f2", "a1");
    }

    @Test
    void aTopicThatIsDeletedFailsTheJobAndIsNotMadeAgain() throws Exception {
        topics.create(1, "deleted", "rest", "rest.dead-letters");
        topics.write(List.of(text("deleted", 0, "d1")));
        JobClient job = start(Map.of(), "rest", null, "deleted");
        awaitKeys("rest", "d1");

        topics.delete("deleted");

        assertThatThrownBy(() -> job.getJobExecutionResult().get())
                .hasStackTraceContaining(
                        "Option 'input-topic': deleted is no longer there. It was deleted while it was read");
        assertThat(topics.names()).doesNotContain("deleted");
    }

    private static JobClient start(
            Map<String, String> more, String output, @Nullable String savepoint, String... inputs)
            throws Exception {
        Configuration config = new Configuration();
        config.setString("bootstrap-servers", broker.bootstrapServers());
        config.setString("input-topic", String.join(";", inputs));
        config.setString("output-topic", output);
        more.forEach(config::setString);
        Configuration flink = new Configuration();
        flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        if (savepoint != null) {
            flink.set(StateRecoveryOptions.SAVEPOINT_PATH, savepoint);
        }
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
        env.setParallelism(2);
        KafkaEncodeJob.build(
                env,
                EncodeOptions.of("fake"),
                KafkaJobOptions.from(config),
                () -> new FakeEncoder(64));
        return env.executeAsync();
    }

    private String stopOnceWritten(JobClient job, String output, String... keys) throws Exception {
        awaitKeys(output, keys);
        return job.stopWithSavepoint(
                        false, directory.toUri().toString(), SavepointFormatType.CANONICAL)
                .get();
    }

    /** Waits for as many records as there are keys; they must be those, each once. */
    private static void awaitKeys(String output, String... keys) {
        List<String> found = keys(output);
        while (found.size() < keys.length) {
            found = keys(output);
        }
        assertThat(found).containsExactlyInAnyOrder(keys);
    }

    private static List<String> keys(String topic) {
        return topics.read(topic).stream().map(record -> new String(record.key(), UTF_8)).toList();
    }

    private static ProducerRecord<byte[], byte[]> text(String topic, int partition, String key) {
        return new ProducerRecord<>(topic, partition, key.getBytes(UTF_8), "text".getBytes(UTF_8));
    }
}
