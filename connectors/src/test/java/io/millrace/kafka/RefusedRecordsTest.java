package io.millrace.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.kafka.broker.EmbeddedBroker;
import io.millrace.kafka.options.Delivery;
import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.kafka.testing.Topics;
import io.millrace.model.testing.FakeEncoder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a broker refuses goes to the dead letters, and the rest passes. */
final class RefusedRecordsTest {
    private static final long FAR = 1_700_000_000_000_000L;

    @RegisterExtension
    static final MiniClusterExtension FLINK =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(1)
                            .build());

    private static EmbeddedBroker broker;
    private static Topics topics;

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedBroker.start();
        topics = new Topics(broker.bootstrapServers());
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @ParameterizedTest
    @EnumSource(Delivery.class)
    void theOthersPassWithoutARestart(Delivery delivery) throws Exception {
        String input = "refused-" + delivery;
        String output = input + "-vectors";
        long now = System.currentTimeMillis();
        topics.create(1, Map.of("message.timestamp.after.max.ms", "" + Long.MAX_VALUE), input);
        topics.create(
                1,
                Map.of(
                        "cleanup.policy",
                        "compact",
                        "max.message.bytes",
                        "20000",
                        "message.timestamp.before.max.ms",
                        "3600000"),
                output);
        topics.create(1, output + ".dead-letters");
        topics.write(
                List.of(
                        record(input, "1", now, "a"),
                        record(input, null, now, "no key"),
                        record(input, "2", now, "b"),
                        record(input, "future", FAR, "c"),
                        record(input, "past", 1L, "d"),
                        record(input, "large", now, "x".repeat(30_000)),
                        record(input, "3", now, "e")));

        Configuration config = options(input, delivery);
        config.setString("bounded", "true");
        config.setString("input-format", "JSON");
        job(config, 0).getJobExecutionResult().get(1, TimeUnit.MINUTES);

        assertThat(topics.read(output))
                .extracting(r -> string(r.key()))
                .containsExactly("1", "2", "3");
        List<ConsumerRecord<byte[], byte[]>> letters = topics.read(output + ".dead-letters");
        assertThat(letters)
                .extracting(r -> string(r.key()))
                .containsExactly(null, "future", "past", "large");
        assertThat(letters)
                .extracting(r -> header(r, "__connect.errors.exception.message"))
                .satisfiesExactly(
                        m -> assertThat(m).startsWith("expected a key"),
                        m -> assertThat(m).contains("message.timestamp.after.max.ms of 3600000"),
                        m -> assertThat(m).contains("message.timestamp.before.max.ms of 3600000"),
                        m -> assertThat(m).startsWith("expected a record of at most 20000 bytes"));
        assertThat(header(letters.get(3), "__connect.errors.exception.class.name"))
                .isEqualTo(RecordTooLargeException.class.getName());
        // The dead-letter topic's own window is the default: what is too far ahead for it has a
        // time that it takes.
        assertThat(letters.get(1).timestamp()).isBetween(now, now + 600_000);
        assertThat(header(letters.get(1), "millrace.timestamp")).isEqualTo(Long.toString(FAR));
        assertThat(letters.get(2).timestamp()).isEqualTo(1L);
    }

    @Test
    @Timeout(value = 1, unit = TimeUnit.MINUTES)
    void aRuleThatCameWhileTheJobRunsCostsOneRestart() throws Exception {
        topics.create(1, "late", "late-vectors", "late-vectors.dead-letters");
        long now = System.currentTimeMillis();
        topics.write(List.of(record("late", "1", now, "a")));
        JobClient job = job(options("late", Delivery.AT_LEAST_ONCE), 1);
        awaitRecords("late-vectors", 1);

        topics.configure("late-vectors", "cleanup.policy", "compact");
        topics.write(List.of(record("late", null, now, "b"), record("late", "2", now, "c")));

        awaitRecords("late-vectors", 2);
        awaitRecords("late-vectors.dead-letters", 1);
        job.cancel().get();
    }

    private static void awaitRecords(String topic, int atLeast) {
        while (topics.read(topic).size() < atLeast) {
            Thread.onSpinWait();
        }
    }

    private static JobClient job(Configuration config, int restarts) throws Exception {
        Configuration flink = new Configuration();
        flink.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, restarts);
        flink.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ofMillis(10));
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
        env.setParallelism(1);
        KafkaEncodeJob.build(
                env,
                EncodeOptions.of("fake"),
                KafkaJobOptions.from(config),
                () -> new FakeEncoder(64));
        return env.executeAsync();
    }

    private static Configuration options(String input, Delivery delivery) {
        Configuration config = new Configuration();
        config.setString("bootstrap-servers", broker.bootstrapServers());
        config.setString("input-topic", input);
        config.setString("output-topic", input + "-vectors");
        config.setString("checkpoint-interval", "1 s");
        config.set(KafkaJobOptions.DELIVERY, delivery);
        return config;
    }

    /** Passes a long field through, so that the record with its vector may be too large. */
    private static ProducerRecord<byte[], byte[]> record(
            String topic, @Nullable String key, long timestamp, String passing) {
        byte[] value = "{\"text\":\"ab\",\"rest\":\"%s\"}".formatted(passing).getBytes(UTF_8);
        return new ProducerRecord<>(
                topic, null, timestamp, key == null ? null : key.getBytes(UTF_8), value);
    }

    private static @Nullable String string(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, UTF_8);
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }
}
