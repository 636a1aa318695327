package io.millrace.kafka.decode;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.record.Header;
import io.millrace.flink.record.Origin;
import io.millrace.flink.record.TextRecord;
import io.millrace.kafka.options.InputFormat;
import io.millrace.kafka.options.NullValues;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.flink.api.common.functions.util.ListCollector;
import org.apache.flink.types.PojoTestUtils;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TextRecordDeserializerTest {
    private static final String SECRET = "Geheimnis";

    @Test
    void keepsAllThatCameWithTheText() {
        RecordHeaders headers = new RecordHeaders();
        headers.add("h", bytes("1"));
        headers.add("h", bytes("2"));
        headers.add("none", null);
        byte[] key = bytes("k");
        byte[] value = bytes("Grüße 🌊");
        DecodedRecord decoded =
                decode(
                        InputFormat.TEXT,
                        "/text",
                        new ConsumerRecord<>(
                                "in",
                                3,
                                42,
                                7L,
                                TimestampType.CREATE_TIME,
                                1,
                                1,
                                key,
                                value,
                                headers,
                                Optional.empty()));

        TextRecord record = decoded.record();
        assertThat(decoded.reason()).isNull();
        assertThat(record.text()).isEqualTo("Grüße 🌊");
        assertThat(record.tokenIds()).isNull();
        assertThat(record.key()).isSameAs(key);
        assertThat(record.value()).isSameAs(value);
        assertThat(record.origin()).isEqualTo(new Origin("in", 3, 42));
        assertThat(record.headers()).extracting(Header::name).containsExactly("h", "h", "none");
        assertThat(record.headers().get(2).value()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/text | {\"text\":\"a\"}",
                "/body/text | {\"id\":1,\"body\":{\"text\":\"a\"}}",
                "/parts/1 | {\"parts\":[\"x\",\"a\"]}",
                "/a~1b | {\"a/b\":\"a\"}",
                "/text | {\"text\":\"a\",\"n\":1e999999}",
            })
    void findsTheTextInJson(String pointer, String json) {
        assertThat(decode(InputFormat.JSON, pointer, bytes(json)).record().text()).isEqualTo("a");
    }

    @Test
    void takesALongTextInJson() {
        String text = "word ".repeat(5_000_000);
        assertThat(
                        decode(InputFormat.JSON, "/text", bytes("{\"text\":\"" + text + "\"}"))
                                .record()
                                .text())
                .isEqualTo(text);
    }

    @Test
    void takesTokenIds() {
        assertThat(decode(InputFormat.TOKEN_IDS, "/text", bytes(" [101, 7 ,102] ")).record())
                .satisfies(
                        record -> {
                            assertThat(record.tokenIds()).containsExactly(101, 7, 102);
                            assertThat(record.text()).isNull();
                        });
        assertThat(decode(InputFormat.TOKEN_IDS, "/text", bytes("[]")).record().tokenIds())
                .isEmpty();
    }

    @Test
    void takesJsonBehindAByteOrderMarkOrTheFramingOfAJsonSchema() {
        for (String before : List.of("\uFEFF", "\0\0\0\0\7", "\0\1\2\3\4\uFEFF")) {
            assertThat(
                            decode(InputFormat.JSON, "/text", bytes(before + "{\"text\":\"a\"}"))
                                    .record()
                                    .text())
                    .isEqualTo("a");
            assertThat(
                            decode(InputFormat.TOKEN_IDS, "/text", bytes(before + "[1,2]"))
                                    .record()
                                    .tokenIds())
                    .containsExactly(1, 2);
        }
    }

    /** Its five bytes are nobody's text, and Avro is none of the formats. */
    @Test
    void refusesFramingAroundAnythingElse() {
        byte[] avro = {0, 0, 1, (byte) 0x86, (byte) 0xa1, 0x12, 'G'};
        String reason =
                "value framed by Confluent's Schema Registry (schema id 100001): %s. JSON of a JSON Schema is read with"
                        + " --input-format json; Avro and Protobuf have to be written without the registry, as text"
                        + " or JSON";
        assertThat(refusal(InputFormat.TEXT, avro))
                .isEqualTo(reason.formatted("expected UTF-8 text"));
        assertThat(refusal(InputFormat.JSON, avro))
                .isEqualTo(
                        reason.formatted(
                                "expected a JSON object, found malformed JSON near character 1"));
        byte[] empty = Arrays.copyOf(avro, 5);
        assertThat(refusal(InputFormat.TEXT, empty))
                .isEqualTo(reason.formatted("expected UTF-8 text"));
        assertThat(refusal(InputFormat.JSON, empty))
                .isEqualTo(reason.formatted("expected a JSON object, found none"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\0a\0b\0 c", "\0\0", "\0"})
    void aTextMayBeginWithAZero(String text) {
        assertThat(decode(InputFormat.TEXT, "/text", bytes(text)).record().text()).isEqualTo(text);
    }

    @ParameterizedTest
    @EnumSource
    void noValueIsADeleteOfItsKey(InputFormat format) {
        DecodedRecord delete = decode(format, NullValues.TOMBSTONE, record("k", null));
        assertThat(delete.reason()).isNull();
        assertThat(delete.record().deletes()).isTrue();
        assertThat(delete.record().key()).isEqualTo(bytes("k"));
        assertThat(delete.record().headers()).extracting(Header::name).containsExactly("h");
        assertThat(delete.record().origin()).isEqualTo(new Origin("in", 0, 5));

        DecodedRecord nothing = decode(format, NullValues.TOMBSTONE, record(null, null));
        assertThat(nothing.record().deletes()).isFalse();
        assertThat(nothing.reason())
                .isEqualTo("expected a value, or a key whose text it deletes, found neither");
        DecodedRecord letter = decode(format, NullValues.DEAD_LETTER, record("k", null));
        assertThat(letter.record().deletes()).isFalse();
        assertThat(letter.reason()).isEqualTo("expected a value, found none (a tombstone)");
        // An empty value is a value.
        assertThat(decode(format, NullValues.TOMBSTONE, record("k", "")).record().deletes())
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TEXT", "JSON", "TOKEN_IDS"})
    void refusesBadUtf8(InputFormat format) {
        assertThat(refusal(format, new byte[] {'a', 'b', (byte) 0xc3}))
                .isEqualTo("expected UTF-8, found an invalid sequence at byte 2");
        // A surrogate as three bytes, and a slash as two: wrong, though many decoders let it pass.
        assertThat(refusal(format, new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}))
                .isEqualTo("expected UTF-8, found an invalid sequence at byte 0");
        assertThat(refusal(format, new byte[] {(byte) 0xc0, (byte) 0xaf}))
                .isEqualTo("expected UTF-8, found an invalid sequence at byte 0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | expected a JSON object, found none",
                "Geheimnis | expected a JSON object, found malformed JSON near character 0",
                "{\"text\":\"Geheimnis | expected a JSON object, found malformed JSON near character 18",
                "{\"text\":\"Geheimnis\"} {} | expected a JSON object, found malformed JSON near character 21",
                "{\"text\":1,\"text\":\"Geheimnis\"} | expected a JSON object, found malformed JSON near character 16",
                "[\"Geheimnis\"] | expected a JSON object, found array",
                "\"Geheimnis\" | expected a JSON object, found string",
                "{\"other\":\"Geheimnis\"} | field /text: expected a string, found none",
                "{\"text\":null} | field /text: expected a string, found null",
                "{\"text\":[\"Geheimnis\"]} | field /text: expected a string, found array",
                "{\"text\":12} | field /text: expected a string, found number",
            })
    void refusesJsonWithoutTheText(String json, String reason) {
        assertThat(refusal(InputFormat.JSON, bytes(json))).isEqualTo(reason);
    }

    @Test
    void refusesJsonBeyondBounds() {
        String bounds =
                "expected a JSON object within bounds, found one nested too deep or a number too long";
        assertThat(refusal(InputFormat.JSON, bytes("{\"a\":" + "[".repeat(100_000))))
                .isEqualTo(bounds);
        assertThat(refusal(InputFormat.JSON, bytes("{\"a\":" + "9".repeat(100_000) + "}")))
                .isEqualTo(bounds);
    }

    /** It would be well-formed to a parser that guesses encodings. */
    @Test
    void refusesJsonInAnotherEncoding() {
        assertThat(refusal(InputFormat.JSON, "{\"text\":\"a\"}".getBytes(UTF_16)))
                .isEqualTo("expected UTF-8, found an invalid sequence at byte 0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`` | expected a JSON array of token ids, found the end",
                "{} | expected a JSON array of token ids, found an object",
                "[1,2.5] | token id 1: expected an integer, found a fraction",
                "[\"Geheimnis\"] | token id 0: expected an integer, found a string",
                "[[1]] | token id 0: expected an integer, found an array",
                "[1,null] | token id 1: expected an integer, found null",
                "[3000000000] | token id 0: expected a 32-bit integer, found a larger one",
                "[1] [2] | expected one JSON array, found an array after it",
                "[1,Geheimnis] | expected a JSON array of token ids, found malformed JSON near character 3",
                "[1 | expected a JSON array of token ids, found malformed JSON near character 2",
            })
    void refusesOtherThanTokenIds(String json, String reason) {
        assertThat(refusal(InputFormat.TOKEN_IDS, bytes(json))).isEqualTo(reason);
    }

    @Test
    void travelsWithoutKryo() {
        PojoTestUtils.assertSerializedAsPojoWithoutKryo(DecodedRecord.class);
    }

    private static String refusal(InputFormat format, byte[] value) {
        DecodedRecord decoded = decode(format, "/text", value);
        assertThat(decoded.record().text()).isNull();
        assertThat(decoded.record().tokenIds()).isNull();
        assertThat(decoded.record().value()).isSameAs(value);
        assertThat(decoded.errorClass()).isEqualTo(DecodeException.class.getName());
        String reason = String.valueOf(decoded.reason());
        assertThat(reason).doesNotContain(SECRET);
        return reason;
    }

    @SuppressWarnings("NullAway") // Kafka's record may be without key and value, untold by its type
    private static ConsumerRecord<byte[], byte[]> record(
            @Nullable String key, @Nullable String value) {
        ConsumerRecord<byte[], byte[]> record =
                new ConsumerRecord<>(
                        "in",
                        0,
                        5,
                        key == null ? null : bytes(key),
                        value == null ? null : bytes(value));
        record.headers().add("h", bytes("1"));
        return record;
    }

    private static DecodedRecord decode(InputFormat format, String pointer, byte[] value) {
        return decode(format, pointer, new ConsumerRecord<>("in", 0, 0, null, value));
    }

    private static DecodedRecord decode(
            InputFormat format, String pointer, ConsumerRecord<byte[], byte[]> record) {
        return decode(new TextRecordDeserializer(format, pointer, NullValues.TOMBSTONE), record);
    }

    private static DecodedRecord decode(
            InputFormat format, NullValues nullValues, ConsumerRecord<byte[], byte[]> record) {
        return decode(new TextRecordDeserializer(format, "/text", nullValues), record);
    }

    private static DecodedRecord decode(
            TextRecordDeserializer deserializer, ConsumerRecord<byte[], byte[]> record) {
        deserializer.open();
        List<DecodedRecord> out = new ArrayList<>();
        deserializer.deserialize(record, new ListCollector<>(out));
        return out.get(0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
