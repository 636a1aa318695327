package io.millrace.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.kafka.broker.EmbeddedBroker;
import io.millrace.kafka.options.Delivery;
import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.kafka.testing.FailingEncoder;
import io.millrace.kafka.testing.Topics;
import io.millrace.model.testing.FakeEncoder;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What failures do to the output, seen by a consumer of committed records. */
final class DeliveryTest {
    private static final int RECORDS = 60_000;
    private static final byte[] NOT_UTF8 = {(byte) 0xff};

    @RegisterExtension
    static final MiniClusterExtension FLINK =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    private static EmbeddedBroker broker;
    private static Topics topics;

    @BeforeAll
    static void startBroker() {
        broker =
                EmbeddedBroker.start(
                        0,
                        Map.of(
                                "transaction.abort.timed.out.transaction.cleanup.interval.ms",
                                "200"));
        topics = new Topics(broker.bootstrapServers());
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void nothingIsLostAtLeastOnce() throws Exception {
        runWithFailures("least", Delivery.AT_LEAST_ONCE);

        assertThat(Set.copyOf(keys("least-vectors"))).isEqualTo(good());
        assertThat(Set.copyOf(keys("least-vectors.dead-letters"))).isEqualTo(bad());
    }

    @Test
    void nothingIsLostAndNothingThereTwiceExactlyOnce() throws Exception {
        runWithFailures("exactly", Delivery.EXACTLY_ONCE);

        List<String> vectors = keys("exactly-vectors");
        assertThat(new HashSet<>(vectors)).isEqualTo(good());
        assertThat(vectors).doesNotHaveDuplicates();
        List<String> letters = keys("exactly-vectors.dead-letters");
        assertThat(new HashSet<>(letters)).isEqualTo(bad());
        assertThat(letters).doesNotHaveDuplicates();
    }

    @Test
    void aTransactionThatTheBrokerAbortedFailsTheJob() throws Exception {
        topics.create(1, "lost", "lost-vectors", "lost-vectors.dead-letters");
        topics.write(
                List.of(new ProducerRecord<>("lost", "k".getBytes(UTF_8), "text".getBytes(UTF_8))));
        Configuration config = options("lost", Delivery.EXACTLY_ONCE);
        config.setString("transaction-timeout", "500 ms");
        config.setString("checkpoint-interval", "3 s");

        StreamExecutionEnvironment env = environment(Integer.MAX_VALUE);
        KafkaEncodeJob.build(
                env,
                EncodeOptions.of("fake"),
                KafkaJobOptions.from(config),
                () -> new FakeEncoder(64));
        JobClient job = env.executeAsync();

        assertThatThrownBy(() -> job.getJobExecutionResult().get(1, TimeUnit.MINUTES))
                .hasStackTraceContaining(
                        "Topic lost-vectors: a transaction could not be committed.")
                .hasStackTraceContaining("longer than transaction-timeout (500 ms)");
    }

    private static void runWithFailures(String input, Delivery delivery) throws Exception {
        topics.create(2, input, input + "-vectors", input + "-vectors.dead-letters");
        topics.write(IntStream.range(0, RECORDS).mapToObj(i -> record(input, i)).toList());
        Configuration config = options(input, delivery);
        config.setString("bounded", "true");
        config.setString("checkpoint-interval", "100 ms");
        Integer[] failures = {10_000, 25_000, 40_000, 55_000, 60_000};

        StreamExecutionEnvironment env = environment(failures.length);
        KafkaEncodeJob.build(
                env,
                EncodeOptions.of("fake"),
                KafkaJobOptions.from(config),
                FailingEncoder.failingAt(failures));
        env.execute();

        assertThat(FailingEncoder.failuresLeft()).isZero();
    }

    private static StreamExecutionEnvironment environment(int restarts) {
        Configuration flink = new Configuration();
        flink.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, restarts);
        flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
        env.setParallelism(2);
        return env;
    }

    private static Configuration options(String input, Delivery delivery) {
        Configuration config = new Configuration();
        config.setString("bootstrap-servers", broker.bootstrapServers());
        config.setString("input-topic", input);
        config.setString("output-topic", input + "-vectors");
        config.set(KafkaJobOptions.DELIVERY, delivery);
        return config;
    }

    /** Every hundredth cannot be read; halfway between, one deletes. */
    private static ProducerRecord<byte[], byte[]> record(String topic, int i) {
        byte[] key = Integer.toString(i).getBytes(UTF_8);
        return switch (i % 100) {
            case 0 -> new ProducerRecord<>(topic, key, NOT_UTF8);
            case 50 -> new ProducerRecord<>(topic, key, null);
            default -> new ProducerRecord<>(topic, key, ("text " + i).getBytes(UTF_8));
        };
    }

    private static Set<String> good() {
        return names(i -> i % 100 != 0);
    }

    private static Set<String> bad() {
        return names(i -> i % 100 == 0);
    }

    private static Set<String> names(IntPredicate which) {
        return IntStream.range(0, RECORDS)
                .filter(which)
                .mapToObj(Integer::toString)
                .collect(Collectors.toSet());
    }

    private static List<String> keys(String topic) {
        return topics.read(topic).stream().map(record -> new String(record.key(), UTF_8)).toList();
    }
}
