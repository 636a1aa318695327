package io.millrace.kafka.emit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonPointer;
import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.Header;
import io.millrace.flink.record.Origin;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.TextRecord;
import io.millrace.kafka.check.TopicRules;
import io.millrace.kafka.check.UnusableKafkaException;
import io.millrace.kafka.options.OutputFormat;
import io.millrace.model.encode.Precision;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.apache.flink.api.common.functions.DefaultOpenContext;
import org.apache.flink.types.PojoTestUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EmitTest {
    private static final float[] FLOATS = {1f, -2.5f};

    @Test
    void floatsAreShortestThatReadBackTheSame() {
        float[] vector = {
            0.1f, -0f, 1e-5f, Float.MIN_VALUE, Float.MAX_VALUE, 2.0E-3f, 1.17549435E-38f, 33554432f
        };
        String json = json(null, null, vector);

        assertThat(json)
                .isEqualTo(
                        "{\"embedding\":[0.1,-0.0,1.0E-5,1.4E-45,3.4028235E38,0.002,1.1754944E-38,3.3554432E7],\"tokens\":3,\"truncated\":true}");
    }

    @Test
    void float32IsLittleEndian() {
        byte[] bytes =
                new EmbeddingFormatter(OutputFormat.FLOAT32, null)
                        .format(embedding(null, FLOATS), FLOATS);
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("0000803f000020c0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/text | {\"text\":\"a\"} | ``",
                "/text | {\"id\":7,\"text\":\"a\",\"b\":[1,{\"text\":2}]} | \"id\":7,\"b\":[1,{\"text\":2}],",
                "/b/text | {\"text\":1,\"b\":{\"text\":\"a\",\"c\":null}} | \"text\":1,\"b\":{\"c\":null},",
                "/b/1 | {\"b\":[\"x\",\"a\",\"z\"]} | \"b\":[\"x\",\"z\"],",
                "/text | {\"embedding\":[{}],\"tokens\":{\"a\":1},\"truncated\":1,\"text\":\"a\"} | ``",
                "/text | {\"n\":[1.10,1.0,1,-0.0,-0,1e400,1E+05,1e-7,123456789012345678901],\"text\":\"a\"} | \"n\":[1.10,1.0,1,-0.0,-0,1e400,1E+05,1e-7,123456789012345678901],",
                "/b/text | {\"b\":{\"text\":\"a\",\"n\":{\"x\":[-0.0,{}]}},\"z\":[]} | \"b\":{\"n\":{\"x\":[-0.0,{}]}},\"z\":[],",
                "/text | \uFEFF{\"id\":7,\"text\":\"a\"} | \"id\":7,",
                "/text | \0\0\0\0\7{\"id\":7,\"text\":\"a\"} | \"id\":7,",
                "/text | {\"s\":\"ü\\u0041\\n\",\"text\":\"a\"} | \"s\":\"üA\\n\",",
            })
    void otherFieldsPassThrough(String pointer, String value, String passed) {
        assertThat(json(pointer, value, new float[] {1f}))
                .isEqualTo("{" + passed + "\"embedding\":[1.0],\"tokens\":3,\"truncated\":true}");
    }

    @Test
    void aDeadLetterIsTheRecordAndTheReason() throws Exception {
        byte[] value = {0, (byte) 0xff};
        OutputRecord letter =
                letters(1_000_000, TopicRules.UNKNOWN)
                        .letter(
                                rejected(
                                        value,
                                        new Header("h", null),
                                        new Header("__connect.errors.exception.stacktrace", value),
                                        new Header("millrace.omitted", value),
                                        new Header("millrace.timestamp", value),
                                        new Header("millrace.model", value)),
                                5L,
                                4);

        assertThat(letter.key()).isEqualTo("k".getBytes(UTF_8));
        assertThat(letter.value()).isSameAs(value);
        assertThat(letter.headers())
                .extracting(Header::name)
                .containsExactly(
                        "h",
                        "millrace.model",
                        "__connect.errors.topic",
                        "__connect.errors.partition",
                        "__connect.errors.offset",
                        "__connect.errors.connector.name",
                        "__connect.errors.task.id",
                        "__connect.errors.stage",
                        "__connect.errors.exception.class.name",
                        "__connect.errors.exception.message");
        assertThat(letter.headers().stream().skip(2).map(EmitTest::text))
                .containsExactly(
                        "in", "3", "42", "job", "4", "TOKENIZE", "x.TextException", "no tokens");
    }

    @Test
    void aDeadLetterFitsWhateverItIsMadeOf() throws Exception {
        byte[] large = new byte[20_000];
        DeadLetterFunction letters = letters(1_000_000, rules(false, 16_384, 1_000));

        OutputRecord withoutValue = letters.letter(rejected(large), null, 0);
        OutputRecord bare = letters.letter(rejected(null, new Header("h", large)), null, 0);

        assertThat(withoutValue.value()).isNull();
        assertThat(withoutValue.key()).isNotNull();
        assertThat(text(last(withoutValue))).isEqualTo("value");
        assertThat(bare.key()).isNull();
        assertThat(text(last(bare))).isEqualTo("key, value, headers");
        for (OutputRecord letter : List.of(withoutValue, bare)) {
            assertThat(letter.sizeAtMost()).isLessThan(16_384);
            assertThat(letter.headers())
                    .extracting(Header::name)
                    .contains("__connect.errors.topic", "__connect.errors.offset");
        }
    }

    @Test
    void aDeadLetterHasATimeThatItsTopicTakes() throws Exception {
        DeadLetterFunction letters = letters(1_000_000, rules(false, 1_000_000, 60_000));

        OutputRecord future = letters.letter(rejected(null), 1_700_000_000_000_000L, 0);
        OutputRecord old = letters.letter(rejected(null), 1L, 0);
        OutputRecord untimed = letters.letter(rejected(null), null, 0);

        assertThat(future.timestamp()).isNull();
        assertThat(last(future).name()).isEqualTo("millrace.timestamp");
        assertThat(text(last(future))).isEqualTo("1700000000000000");
        assertThat(text(last(old))).isEqualTo("1");
        assertThat(last(untimed).name()).isEqualTo("__connect.errors.exception.message");
    }

    @Test
    void aDeadLetterHasAKeyWhereItsTopicNeedsOne() throws Exception {
        DeadLetterFunction letters = letters(16_384, rules(true, 1_000_000, 60_000));

        OutputRecord keyed = letters.letter(rejected(null), null, 0);
        OutputRecord bare =
                letters.letter(rejected(null, new Header("h", new byte[20_000])), null, 0);

        assertThat(keyed.key()).isEqualTo("k".getBytes(UTF_8));
        assertThat(bare.key()).isEqualTo("in-3@42".getBytes(UTF_8));
    }

    @Test
    void aRecordFromBeforeTimestampsIsWrittenWithoutOne() {
        OutputRecordSerializer serializer = new OutputRecordSerializer("out");
        OutputRecord old =
                new OutputRecord(null, new byte[0], List.of(), OutputRecord.timestamp(-1L));
        OutputRecord timed =
                new OutputRecord(null, new byte[0], List.of(), OutputRecord.timestamp(5L));

        assertThat(serializer.producerRecord(old).timestamp()).isNull();
        assertThat(serializer.producerRecord(timed).timestamp()).isEqualTo(5L);
        assertThat(serializer.getKafkaDatasetFacet()).isPresent();
    }

    @Test
    void outputRecordsTravelWithoutKryo() {
        PojoTestUtils.assertSerializedAsPojoWithoutKryo(OutputRecord.class);
    }

    private static String json(@Nullable String pointer, @Nullable String value, float[] vector) {
        byte[] json =
                new EmbeddingFormatter(
                                OutputFormat.JSON,
                                pointer == null ? null : JsonPointer.compile(pointer))
                        .format(embedding(value, vector), vector);
        return new String(json, UTF_8);
    }

    private static EmbeddingRecord embedding(@Nullable String value, float[] vector) {
        TextRecord source =
                new TextRecord(
                        null,
                        "a",
                        null,
                        value == null ? null : value.getBytes(UTF_8),
                        List.of(),
                        new Origin("in", 0, 0));
        return new EmbeddingRecord(source, vector, 3, true, "m", "r", Precision.F32);
    }

    private static RejectedRecord rejected(byte @Nullable [] value, Header... headers) {
        TextRecord source =
                new TextRecord(
                        "k".getBytes(UTF_8),
                        null,
                        null,
                        value,
                        Arrays.asList(headers),
                        new Origin("in", 3, 42));
        return new RejectedRecord(
                source, RejectedRecord.Stage.TOKENIZE, "x.TextException", "no tokens");
    }

    private static DeadLetterFunction letters(int maxRecordBytes, TopicRules rules)
            throws UnusableKafkaException {
        DeadLetterFunction letters = new DeadLetterFunction("job", maxRecordBytes, () -> rules);
        letters.open(DefaultOpenContext.INSTANCE);
        return letters;
    }

    private static TopicRules rules(boolean compacted, long maxBytes, long windowMillis) {
        return new TopicRules(compacted, maxBytes, windowMillis, windowMillis);
    }

    private static Header last(OutputRecord record) {
        return record.headers().get(record.headers().size() - 1);
    }

    private static String text(Header header) {
        byte[] value = header.value();
        return value == null ? "null" : UTF_8.decode(ByteBuffer.wrap(value)).toString();
    }
}
