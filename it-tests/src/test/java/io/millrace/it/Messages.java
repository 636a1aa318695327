package io.millrace.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/**
 * Numbered messages: number n carries a golden text, and n in its key, header and timestamp. So a
 * vector's record tells which message it was made from, and everything about it is known.
 */
final class Messages {
    private static final long FIRST_TIMESTAMP = 1_700_000_000_000L;
    private static final String HEADER = "number";
    private static final JsonMapper JSON = new JsonMapper();

    private final GoldenModel model;

    Messages(GoldenModel model) {
        this.model = model;
    }

    /** The messages of these numbers. */
    List<ProducerRecord<byte[], byte[]>> range(String topic, int from, int to) {
        return IntStream.range(from, to).mapToObj(number -> message(topic, number)).toList();
    }

    private ProducerRecord<byte[], byte[]> message(String topic, int number) {
        String text = model.texts().get(number % model.texts().size());
        List<Header> headers = List.of(new RecordHeader(HEADER, bytes(number)));
        return new ProducerRecord<>(
                topic,
                null,
                FIRST_TIMESTAMP + number,
                bytes(number),
                text.getBytes(UTF_8),
                headers);
    }

    /** The message that a vector's record was made from. */
    static int number(ConsumerRecord<byte[], byte[]> record) {
        return Integer.parseInt(new String(record.key(), UTF_8));
    }

    /** Holds all of a vector's record against its message and the reference. */
    void assertVectorOf(int number, ConsumerRecord<byte[], byte[]> record) {
        int text = number % model.texts().size();
        String value = new String(record.value(), UTF_8);
        model.assertVector(text, vector(value));
        assertThat(json(value).get("tokens").intValue()).isEqualTo(model.tokens(text));
        assertThat(record.key()).isEqualTo(bytes(number));
        assertThat(header(record, HEADER)).isEqualTo(Integer.toString(number));
        assertThat(header(record, "millrace.model")).isEqualTo(model.name());
        assertThat(header(record, "millrace.precision")).isEqualTo("f32");
        assertThat(record.timestamp()).isEqualTo(FIRST_TIMESTAMP + number);
    }

    /** The value of a header that is there once. */
    static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        assertThat(record.headers().headers(name)).as("header %s", name).hasSize(1);
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    /** A vector's record's value. */
    static JsonNode json(String value) {
        try {
            return JSON.readTree(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static float[] vector(String value) {
        JsonNode components = json(value).get("embedding");
        float[] vector = new float[components.size()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = components.get(i).floatValue();
        }
        return vector;
    }

    private static byte[] bytes(int number) {
        return Integer.toString(number).getBytes(UTF_8);
    }
}
