package io.millrace.kafka.emit;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.kafka.json.Framing;
import io.millrace.kafka.json.StrictJson;
import io.millrace.kafka.options.OutputFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A vector to a record's value. */
final class EmbeddingFormatter {
    private static final String EMBEDDING = "embedding";
    private static final String TOKENS = "tokens";
    private static final String TRUNCATED = "truncated";
    private static final Set<String> OURS = Set.of(EMBEDDING, TOKENS, TRUNCATED);

    private final OutputFormat format;
    private final @Nullable JsonPointer textField;

    /**
     * Makes values of this format.
     *
     * @param textField where the text was in a JSON input, whose other fields pass through; null:
     *     the input was not JSON
     */
    EmbeddingFormatter(OutputFormat format, @Nullable JsonPointer textField) {
        this.format = format;
        this.textField = textField;
    }

    byte[] format(EmbeddingRecord record, float[] embedding) {
        return switch (format) {
            case JSON -> json(record, embedding);
            case FLOAT32 -> float32(embedding);
        };
    }

    private static byte[] float32(float[] embedding) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Float.BYTES * embedding.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(embedding);
        return bytes.array();
    }

    private byte[] json(EmbeddingRecord record, float[] embedding) {
        try (ByteArrayBuilder bytes = new ByteArrayBuilder();
                JsonGenerator json = StrictJson.FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            byte[] value = record.source().value();
            if (textField != null && value != null) {
                int start = Framing.documentStart(value);
                passFields(
                        new String(value, start, value.length - start, StandardCharsets.UTF_8),
                        textField,
                        json);
            }
            json.writeArrayFieldStart(EMBEDDING);
            for (float component : embedding) {
                json.writeNumber(component);
            }
            json.writeEndArray();
            json.writeNumberField(TOKENS, record.tokens());
            json.writeBooleanField(TRUNCATED, record.truncated());
            json.writeEndObject();
            json.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException("no input or output is involved", e);
        }
    }

    private static void passFields(String value, JsonPointer textField, JsonGenerator json)
            throws IOException {
        try (JsonParser parser = StrictJson.FACTORY.createParser(value)) {
            parser.nextToken();
            copyFields(parser, textField, OURS, json);
        }
    }

    /** Copies an object's fields, but neither the text, wherever inside it is, nor these. */
    private static void copyFields(
            JsonParser parser, JsonPointer textField, Set<String> but, JsonGenerator json)
            throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            JsonPointer inside = textField.matchProperty(name);
            if (but.contains(name) || isText(inside)) {
                parser.skipChildren();
            } else {
                json.writeFieldName(name);
                copyValue(parser, inside, json);
            }
        }
    }

    private static void copyValue(
            JsonParser parser, @Nullable JsonPointer textField, JsonGenerator json)
            throws IOException {
        if (textField != null && parser.currentToken() == JsonToken.START_OBJECT) {
            json.writeStartObject();
            copyFields(parser, textField, Set.of(), json);
            json.writeEndObject();
        } else if (textField != null && parser.currentToken() == JsonToken.START_ARRAY) {
            json.writeStartArray();
            for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
                JsonPointer inside = textField.matchElement(index);
                if (!isText(inside)) {
                    copyValue(parser, inside, json);
                }
            }
            json.writeEndArray();
        } else {
            copyExactly(parser, json);
        }
    }

    /** Numbers as they were written: 1.0 is not 1, -0.0 not 0.0, and 1E400 no double. */
    private static void copyExactly(JsonParser parser, JsonGenerator json) throws IOException {
        int depth = 0;
        do {
            JsonToken token = depth == 0 ? parser.currentToken() : parser.nextToken();
            if (token.isNumeric()) {
                json.writeNumber(parser.getText());
            } else {
                json.copyCurrentEvent(parser);
            }
            depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        } while (depth > 0);
    }

    private static boolean isText(@Nullable JsonPointer pointer) {
        return pointer != null && pointer.matches();
    }
}
