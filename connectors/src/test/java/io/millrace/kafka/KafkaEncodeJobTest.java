package io.millrace.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.kafka.broker.EmbeddedBroker;
import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.kafka.options.OutputFormat;
import io.millrace.kafka.testing.Topics;
import io.millrace.model.testing.FakeEncoder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.flink.client.program.ProgramParametrizationException;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole job, from a real broker through a real Flink and back. */
final class KafkaEncodeJobTest {
    @RegisterExtension
    static final MiniClusterExtension FLINK =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    /** A directory, as a model must be; in the module's test jar it would be none. */
    private static final Path GOLDEN = Path.of("../model/target/test-classes/golden/bert-mean");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static EmbeddedBroker broker;
    private static Topics topics;

    private String input;
    private String output;
    private String deadLetters;

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedBroker.start();
        topics = new Topics(broker.bootstrapServers());
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void makeTopics(TestInfo test) throws Exception {
        // Some tests run more than once.
        input = test.getTestMethod().orElseThrow().getName() + test.getDisplayName().hashCode();
        output = input + "-vectors";
        deadLetters = output + ".dead-letters";
        topics.create(2, input, output, deadLetters);
    }

    @Test
    void keyHeadersAndTimestampPassThrough() throws Exception {
        var record =
                new ProducerRecord<>(input, 1, 1234567L, "k".getBytes(UTF_8), "ab".getBytes(UTF_8));
        record.headers().add("h", "1".getBytes(UTF_8));
        record.headers().add("h", "2".getBytes(UTF_8));
        record.headers().add("none", null);
        record.headers().add("millrace.model", "forged".getBytes(UTF_8));
        record.headers().add("millrace.precision", "forged".getBytes(UTF_8));
        topics.write(List.of(record));

        run(Map.of());

        ConsumerRecord<byte[], byte[]> vector = onlyRecord(output);
        assertThat(vector.key()).isEqualTo("k".getBytes(UTF_8));
        assertThat(vector.timestamp()).isEqualTo(1234567L);
        assertThat(headers(vector))
                .containsExactly(
                        "h=1",
                        "h=2",
                        "none=null",
                        "millrace.model=fake",
                        "millrace.revision=sha256:0",
                        "millrace.precision=f32",
                        "millrace.tokens=4",
                        "millrace.truncated=false");
        assertThat(string(vector.value()))
                .isEqualTo("{\"embedding\":[4.0,1.0,2.0,198.0],\"tokens\":4,\"truncated\":false}");
        assertThat(topics.read(deadLetters)).isEmpty();
    }

    @Test
    void otherFieldsOfJsonPassThrough() throws Exception {
        topics.write(
                List.of(
                        text(
                                null,
                                "{\"id\":1.10,\"body\":{\"lang\":\"en\",\"text\":\"ab\"},\"tokens\":\"theirs\"}")));

        run(Map.of("input-format", "JSON", "text-field", "/body/text"));

        assertThat(string(onlyRecord(output).value()))
                .isEqualTo(
                        "{\"id\":1.10,\"body\":{\"lang\":\"en\"},\"embedding\":[4.0,1.0,2.0,198.0],\"tokens\":4,\"truncated\":false}");
    }

    @Test
    void tokenIdsBecomeLittleEndianFloats() throws Exception {
        topics.write(List.of(text(null, "[1, 97, 2]")));

        run(Map.of("input-format", "TOKEN_IDS", "output-format", "FLOAT32"));

        ByteBuffer bytes =
                ByteBuffer.wrap(onlyRecord(output).value()).order(ByteOrder.LITTLE_ENDIAN);
        float[] vector = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(vector);
        assertThat(vector).containsExactly(3, 1, 2, 100);
    }

    @Test
    void whatCannotBeReadBecomesDeadLetters() throws Exception {
        byte[] notUtf8 = {'a', (byte) 0xff, 'b'};
        var forged = new ProducerRecord<>(input, 0, 7L, "k".getBytes(UTF_8), notUtf8);
        forged.headers().add("__connect.errors.topic", "forged".getBytes(UTF_8));
        forged.headers().add("h", "1".getBytes(UTF_8));
        var empty = new ProducerRecord<byte[], byte[]>(input, 0, 8L, null, null);
        topics.write(List.of(forged, empty, new ProducerRecord<>(input, 0, 9L, null, bytes("ok"))));

        run(Map.of());

        assertThat(onlyRecord(output).timestamp()).isEqualTo(9L);
        List<ConsumerRecord<byte[], byte[]>> letters = topics.read(deadLetters);
        assertThat(letters).hasSize(2);
        ConsumerRecord<byte[], byte[]> letter = at(7, letters);
        assertThat(letter.key()).isEqualTo(bytes("k"));
        assertThat(letter.value()).isEqualTo(notUtf8);
        assertThat(headers(letter))
                .containsExactly(
                        "h=1",
                        "__connect.errors.topic=" + input,
                        "__connect.errors.partition=0",
                        "__connect.errors.offset=0",
                        "__connect.errors.connector.name=millrace-" + output,
                        "__connect.errors.task.id=" + header(letter, "__connect.errors.task.id"),
                        "__connect.errors.stage=DECODE",
                        "__connect.errors.exception.class.name=io.millrace.kafka.decode.DecodeException",
                        "__connect.errors.exception.message=expected UTF-8, found an invalid sequence at byte 1");
        ConsumerRecord<byte[], byte[]> second = at(8, letters);
        assertThat(second.value()).isNull();
        assertThat(header(second, "__connect.errors.exception.message"))
                .isEqualTo("expected a value, or a key whose text it deletes, found neither");
    }

    /** Its key's older text comes before it, its newer one after it. */
    @ParameterizedTest
    @EnumSource
    void aTombstoneStaysOneInItsPlace(OutputFormat format) throws Exception {
        var tombstone = new ProducerRecord<byte[], byte[]>(input, 0, 8L, bytes("k"), null);
        tombstone.headers().add("h", "1".getBytes(UTF_8));
        tombstone.headers().add("millrace.model", "forged".getBytes(UTF_8));
        var old = new ProducerRecord<>(input, 0, 7L, bytes("k"), bytes("a text that waits"));
        var young = new ProducerRecord<>(input, 0, 9L, bytes("k"), bytes("ab"));
        topics.write(List.of(old, tombstone, young, tombstone));

        run(Map.of("output-format", format.name(), "output-mode", "ALLOW_UNORDERED"));

        List<ConsumerRecord<byte[], byte[]>> written = topics.read(output);
        assertThat(written).extracting(ConsumerRecord::timestamp).containsExactly(7L, 8L, 9L, 8L);
        assertThat(written)
                .extracting(record -> record.value() == null)
                .containsExactly(false, true, false, true);
        assertThat(written).extracting(record -> string(record.key())).containsOnly("k");
        assertThat(headers(written.get(1))).containsExactly("h=1");
        assertThat(topics.read(deadLetters)).isEmpty();
    }

    @Test
    void aTombstoneIsADeadLetterWhereAskedFor() throws Exception {
        topics.write(List.of(new ProducerRecord<byte[], byte[]>(input, 0, 8L, bytes("k"), null)));

        run(Map.of("null-values", "DEAD_LETTER"));

        assertThat(topics.read(output)).isEmpty();
        assertThat(string(onlyRecord(deadLetters).key())).isEqualTo("k");
    }

    @Test
    void whatKafkaWouldNotTakeForItsSizeBecomesADeadLetterThatFits() throws Exception {
        // Readable, but too large to be written with its vector.
        String passing = "{\"text\":\"ab\",\"rest\":\"" + "x".repeat(19_900) + "\"}";
        // Not readable, and too large for a dead letter.
        byte[] large = new byte[20_000];
        large[0] = (byte) 0xff;
        topics.write(
                List.of(
                        new ProducerRecord<>(input, 0, 1L, bytes("k1"), bytes(passing)),
                        new ProducerRecord<>(input, 0, 2L, bytes("k2"), large)));

        run(Map.of("input-format", "JSON", "max-record-bytes", "20000"));

        assertThat(topics.read(output)).isEmpty();
        List<ConsumerRecord<byte[], byte[]>> letters = topics.read(deadLetters);
        assertThat(letters).hasSize(2);
        ConsumerRecord<byte[], byte[]> emitted = at(1, letters);
        assertThat(header(emitted, "__connect.errors.stage")).isEqualTo("EMIT");
        assertThat(header(emitted, "__connect.errors.exception.class.name"))
                .isEqualTo(RecordTooLargeException.class.getName());
        ConsumerRecord<byte[], byte[]> tooLarge = at(2, letters);
        assertThat(tooLarge.key()).isEqualTo(bytes("k2"));
        assertThat(tooLarge.value()).isNull();
        assertThat(header(tooLarge, "millrace.omitted")).isEqualTo("value");
        assertThat(header(tooLarge, "__connect.errors.offset")).isEqualTo("1");
    }

    @Test
    void aTextOfOneMegabyteIsEncoded() throws Exception {
        topics.write(List.of(text("big", "word ".repeat(200_000))));

        run(Map.of());

        JsonNode vector = JSON.readTree(onlyRecord(output).value());
        assertThat(vector.get("truncated").booleanValue()).isTrue();
        assertThat(topics.read(deadLetters)).isEmpty();
    }

    @Test
    void theVectorsOfARealModelAreTheReferences() throws Exception {
        JsonNode golden = JSON.readTree(GOLDEN.resolve("expected.json").toFile());
        List<String> texts = List.of(JSON.treeToValue(golden.get("texts"), String[].class));
        float[][] expected = JSON.treeToValue(golden.get("embeddings"), float[][].class);
        topics.write(
                IntStream.range(0, texts.size())
                        .mapToObj(i -> text(Integer.toString(i), texts.get(i)))
                        .toList());

        StreamExecutionEnvironment env = environment();
        KafkaEncodeJob.build(
                env, EncodeOptions.of(GOLDEN.toString()), KafkaJobOptions.from(options(Map.of())));
        env.execute();

        List<ConsumerRecord<byte[], byte[]>> vectors = topics.read(output);
        assertThat(vectors).hasSize(texts.size());
        for (ConsumerRecord<byte[], byte[]> vector : vectors) {
            int text = Integer.parseInt(string(vector.key()));
            float[] found =
                    JSON.treeToValue(JSON.readTree(vector.value()).get("embedding"), float[].class);
            assertThat(found).containsExactly(expected[text], offset(1e-5f));
        }
    }

    /** And the end of a topic that ends with a transaction's marker is found. */
    @Test
    void whatWasAbortedIsNotRead() throws Exception {
        topics.writeAndAbort(text("aborted", "a"));
        topics.writeAndCommit(text("committed", "b"));
        topics.writeAndAbort(text("aborted", "c"));

        run(Map.of());

        assertThat(string(onlyRecord(output).key())).isEqualTo("committed");
    }

    @Test
    void argumentsThatCannotBeUsedComeBackWithoutAStackTrace() {
        assertThatThrownBy(() -> KafkaEncodeJob.main(new String[] {"--start=never"}))
                .isInstanceOf(ProgramParametrizationException.class)
                .hasMessageContaining("'--start': expected committed|earliest|latest, found never");
        assertThatThrownBy(() -> KafkaEncodeJob.main(new String[] {"--help"}))
                .isInstanceOf(ProgramParametrizationException.class)
                .hasMessageContaining("--bootstrap-servers");
    }

    private void run(Map<String, String> options) throws Exception {
        StreamExecutionEnvironment env = environment();
        Configuration config = options(options);
        config.set(EncodeOptions.MODEL, "fake");
        KafkaEncodeJob.build(
                env,
                EncodeOptions.from(config),
                KafkaJobOptions.from(config),
                () -> new FakeEncoder(128));
        env.execute();
    }

    private static StreamExecutionEnvironment environment() {
        // A restart would hide that a bad record fails the job.
        Configuration flink = new Configuration();
        flink.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(flink);
        env.setParallelism(2);
        return env;
    }

    private Configuration options(Map<String, String> more) {
        Configuration config = new Configuration();
        config.setString("bootstrap-servers", broker.bootstrapServers());
        config.setString("input-topic", input);
        config.setString("output-topic", output);
        config.setString("bounded", "true");
        more.forEach(config::setString);
        return config;
    }

    private ConsumerRecord<byte[], byte[]> onlyRecord(String topic) {
        List<ConsumerRecord<byte[], byte[]>> records = topics.read(topic);
        assertThat(records).hasSize(1);
        return records.get(0);
    }

    private static ConsumerRecord<byte[], byte[]> at(
            long timestamp, List<ConsumerRecord<byte[], byte[]>> records) {
        return records.stream()
                .filter(record -> record.timestamp() == timestamp)
                .findFirst()
                .orElseThrow();
    }

    private ProducerRecord<byte[], byte[]> text(@Nullable String key, String value) {
        return new ProducerRecord<>(input, key == null ? null : bytes(key), bytes(value));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String string(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    private static List<String> headers(ConsumerRecord<byte[], byte[]> record) {
        List<String> shown = new ArrayList<>();
        for (Header header : record.headers()) {
            shown.add(
                    header.key()
                            + "="
                            + (header.value() == null ? null : new String(header.value(), UTF_8)));
        }
        return shown;
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }
}
