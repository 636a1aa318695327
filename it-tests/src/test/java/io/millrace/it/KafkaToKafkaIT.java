package io.millrace.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.apache.kafka.common.IsolationLevel.READ_COMMITTED;
import static org.apache.kafka.common.IsolationLevel.READ_UNCOMMITTED;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.it.container.ContainerImages;
import io.millrace.it.container.RequiresDocker;
import io.millrace.kafka.KafkaEncodeJob;
import io.millrace.kafka.options.Delivery;
import io.millrace.kafka.options.KafkaJobOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.InjectMiniCluster;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.testcontainers.kafka.KafkaContainer;

/** The job on a real broker: what goes in, what comes out, and what a failure changes: nothing. */
@RequiresDocker
@Timeout(180)
class KafkaToKafkaIT {
    @RegisterExtension
    static final MiniClusterExtension FLINK =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    private static final KafkaContainer BROKER = new KafkaContainer(ContainerImages.kafka());
    private static final GoldenModel MODEL = GoldenModel.of("bert-mean");
    private static final Messages MESSAGES = new Messages(MODEL);
    private static final GoldenModel TRAINED = GoldenModel.trained();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static KafkaTopics topics;

    @BeforeAll
    static void startBroker() {
        BROKER.start();
        topics = new KafkaTopics(BROKER.getBootstrapServers());
    }

    @AfterAll
    static void stopBroker() {
        BROKER.stop();
    }

    @Test
    void everyTextBecomesItsVectorEveryTombstoneOneAndEveryBadRecordADeadLetter() throws Exception {
        topics.create(2, "texts", "vectors", "vectors.dead-letters");
        int count = 10 * MODEL.texts().size();
        byte[] notUtf8 = {'a', (byte) 0xC3, (byte) 0x28};
        List<ProducerRecord<byte[], byte[]>> records =
                new ArrayList<>(MESSAGES.range("texts", 0, count));
        records.add(count / 3, record("texts", "tombstone", null));
        records.add(count / 2, record("texts", "not-utf-8", notUtf8));
        records.add(record("texts", "long", "word ".repeat(200_000).getBytes(UTF_8)));
        topics.write(records);

        execute(options("texts", "vectors", Delivery.AT_LEAST_ONCE, Duration.ofMillis(200), true));

        List<ConsumerRecord<byte[], byte[]>> vectors = read("vectors", READ_COMMITTED, count + 2);
        assertThat(removeByKey(vectors, "tombstone").value()).isNull();
        ConsumerRecord<byte[], byte[]> ofLongText = removeByKey(vectors, "long");
        JsonNode longText = Messages.json(new String(ofLongText.value(), UTF_8));
        assertThat(longText.get("truncated").booleanValue()).isTrue();
        assertThat(longText.get("tokens").intValue()).isEqualTo(MODEL.maxTokens());
        assertVectorsOf(0, count, vectors);

        List<ConsumerRecord<byte[], byte[]>> letters =
                read("vectors.dead-letters", READ_COMMITTED, 1);
        ConsumerRecord<byte[], byte[]> ofNotUtf8 = removeByKey(letters, "not-utf-8");
        assertThat(letters).isEmpty();
        assertThat(ofNotUtf8.value()).isEqualTo(notUtf8);
        assertReason(ofNotUtf8, "expected UTF-8, found an invalid sequence at byte 1");
    }

    /** With the trained model that the distribution holds. */
    @Test
    void textsThatSayTheSameAreNearestAlthoughTheyShareNoWord() throws Exception {
        topics.create(1, "said", "said-vectors", "said-vectors.dead-letters");
        Map<String, String> texts =
                Map.of(
                        "slow", "Pages take forever to load.",
                        "slow too", "The website is painfully slow today.",
                        "leak", "Fluid is escaping from the reservoir",
                        "leak too", "Oil is leaking out of the storage tank");
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        texts.forEach((key, text) -> records.add(record("said", key, text.getBytes(UTF_8))));
        topics.write(records);
        Configuration options =
                options(
                        "said",
                        "said-vectors",
                        Delivery.AT_LEAST_ONCE,
                        Duration.ofSeconds(1),
                        true);
        options.set(EncodeOptions.MODEL, TRAINED.directory().toString());

        execute(options);

        Map<String, float[]> vectors = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : read("said-vectors", READ_COMMITTED, 4)) {
            vectors.put(
                    new String(record.key(), UTF_8),
                    Messages.vector(new String(record.value(), UTF_8)));
        }
        assertThat(vectors.values()).hasSize(4).allMatch(vector -> vector.length == 384);
        assertThat(nearest(vectors, "slow")).isEqualTo("slow too");
        assertThat(nearest(vectors, "leak")).isEqualTo("leak too");
    }

    /** By the product, which is the cosine: the vectors are of length 1. */
    private static String nearest(Map<String, float[]> vectors, String key) {
        return vectors.keySet().stream()
                .filter(other -> !other.equals(key))
                .max(
                        Comparator.comparingDouble(
                                other -> product(of(vectors, key), of(vectors, other))))
                .orElseThrow();
    }

    private static float[] of(Map<String, float[]> vectors, String key) {
        return Objects.requireNonNull(vectors.get(key), key);
    }

    private static double product(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    /**
     * Checkpoints come only when this test says so. So what is written and not yet committed when
     * the TaskManager goes is known exactly.
     */
    @Test
    void exactlyOnceShowsEveryVectorOnceAlthoughTheTaskManagerIsLost(
            @InjectMiniCluster MiniCluster flink) throws Exception {
        topics.create(2, "once-texts", "once-vectors", "once-vectors.dead-letters");
        int batch = 5 * MODEL.texts().size();
        JobClient job =
                submit(
                        options(
                                "once-texts",
                                "once-vectors",
                                Delivery.EXACTLY_ONCE,
                                Duration.ofDays(1),
                                false));

        topics.write(MESSAGES.range("once-texts", 0, batch));
        awaitCount("once-vectors", READ_UNCOMMITTED, batch);
        flink.triggerCheckpoint(job.getJobID()).get();
        awaitCount("once-vectors", READ_COMMITTED, batch);

        topics.write(MESSAGES.range("once-texts", batch, 2 * batch));
        awaitCount("once-vectors", READ_UNCOMMITTED, 2 * batch);
        flink.terminateTaskManager(0).get();
        flink.startTaskManager();
        topics.write(MESSAGES.range("once-texts", 2 * batch, 3 * batch));

        // The middle batch is written twice: that is the failure. Its first transaction is aborted:
        // that is the guarantee.
        awaitCount("once-vectors", READ_UNCOMMITTED, 4 * batch);
        flink.triggerCheckpoint(job.getJobID()).get();
        assertVectorsOf(0, 3 * batch, awaitCount("once-vectors", READ_COMMITTED, 3 * batch));
        job.cancel().get();
        assertThat(read("once-vectors", READ_UNCOMMITTED, 4 * batch)).hasSize(4 * batch);
        assertThat(read("once-vectors.dead-letters", READ_COMMITTED, 0)).isEmpty();
    }

    private static void execute(Configuration options) throws Exception {
        environment(options).execute();
    }

    private static JobClient submit(Configuration options) throws Exception {
        return environment(options).executeAsync();
    }

    private static StreamExecutionEnvironment environment(Configuration options) {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        KafkaEncodeJob.build(env, EncodeOptions.from(options), KafkaJobOptions.from(options));
        return env;
    }

    private static Configuration options(
            String from, String to, Delivery delivery, Duration checkpoints, boolean bounded) {
        Configuration options = new Configuration();
        options.set(KafkaJobOptions.BOOTSTRAP_SERVERS, BROKER.getBootstrapServers());
        options.set(KafkaJobOptions.INPUT_TOPIC, List.of(from));
        options.set(KafkaJobOptions.OUTPUT_TOPIC, to);
        options.set(KafkaJobOptions.DELIVERY, delivery);
        options.set(KafkaJobOptions.CHECKPOINT_INTERVAL, checkpoints);
        options.set(KafkaJobOptions.BOUNDED, bounded);
        options.set(EncodeOptions.MODEL, MODEL.directory().toString());
        return options;
    }

    private static ProducerRecord<byte[], byte[]> record(
            String topic, String key, byte @Nullable [] value) {
        return new ProducerRecord<>(topic, key.getBytes(UTF_8), value);
    }

    private static List<ConsumerRecord<byte[], byte[]>> read(
            String topic, IsolationLevel isolation, int atLeast) {
        return topics.read(topic, isolation, found -> found.size() >= atLeast, PATIENCE);
    }

    private static List<ConsumerRecord<byte[], byte[]>> awaitCount(
            String topic, IsolationLevel isolation, int count) {
        List<ConsumerRecord<byte[], byte[]>> records = read(topic, isolation, count);
        assertThat(records.size()).as("records in %s, %s", topic, isolation).isEqualTo(count);
        return records;
    }

    private static ConsumerRecord<byte[], byte[]> removeByKey(
            List<ConsumerRecord<byte[], byte[]>> records, String key) {
        List<ConsumerRecord<byte[], byte[]>> found =
                records.stream().filter(one -> new String(one.key(), UTF_8).equals(key)).toList();
        assertThat(found).as("records with key %s", key).hasSize(1);
        records.removeAll(found);
        return found.get(0);
    }

    private static void assertVectorsOf(
            int from, int to, List<ConsumerRecord<byte[], byte[]>> vectors) {
        assertThat(vectors.stream().map(Messages::number))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(from, to).boxed().toList());
        vectors.forEach(vector -> MESSAGES.assertVectorOf(Messages.number(vector), vector));
    }

    private static void assertReason(ConsumerRecord<byte[], byte[]> letter, String reason) {
        assertThat(Messages.header(letter, "__connect.errors.topic")).isEqualTo("texts");
        assertThat(Messages.header(letter, "__connect.errors.partition")).matches("[01]");
        assertThat(Messages.header(letter, "__connect.errors.offset")).matches("[0-9]+");
        assertThat(Messages.header(letter, "__connect.errors.stage")).isEqualTo("DECODE");
        assertThat(Messages.header(letter, "__connect.errors.exception.message")).isEqualTo(reason);
    }
}
