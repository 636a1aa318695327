package io.millrace.kafka.decode;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.kafka.json.Framing;
import io.millrace.kafka.json.StrictJson;
import io.millrace.kafka.options.InputFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One record's value to a text or to token ids. Not thread-safe. */
final class ValueDecoder {
    /** What a value held: one of the two is set. */
    @SuppressWarnings("ArrayRecordComponent") // handed on, compared by nobody
    record Decoded(@Nullable String text, int @Nullable [] tokenIds) {}

    private final InputFormat format;
    private final JsonPointer textField;
    private final CharsetDecoder utf8 =
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT);

    ValueDecoder(InputFormat format, JsonPointer textField) {
        this.format = format;
        this.textField = textField;
    }

    Decoded decode(byte[] value) throws DecodeException {
        try {
            return switch (format) {
                case TEXT -> new Decoded(text(value), null);
                case JSON -> new Decoded(field(document(value)), null);
                case TOKEN_IDS -> new Decoded(null, tokenIds(document(value)));
            };
        } catch (DecodeException e) {
            throw Framing.isConfluent(value) ? framed(value, e) : e;
        }
    }

    private String text(byte[] value) throws DecodeException {
        if (Framing.isConfluent(value)) {
            throw new DecodeException("expected UTF-8 text");
        }
        return characters(value, 0);
    }

    /** Framed JSON is JSON of a JSON Schema: what was framed is read, and the framing is not. */
    private String document(byte[] value) throws DecodeException {
        return characters(value, Framing.documentStart(value));
    }

    private static DecodeException framed(byte[] value, DecodeException e) {
        return new DecodeException(
                "value framed by Confluent's Schema Registry (schema id %d): %s. JSON of a JSON Schema is read with"
                                .formatted(Framing.schemaId(value), e.getMessage())
                        + " --input-format json; Avro and Protobuf have to be written without the registry, as text"
                        + " or JSON");
    }

    private String characters(byte[] value, int start) throws DecodeException {
        ByteBuffer bytes = ByteBuffer.wrap(value, start, value.length - start);
        try {
            return utf8.decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new DecodeException(
                    "expected UTF-8, found an invalid sequence at byte " + bytes.position());
        }
    }

    private String field(String json) throws DecodeException {
        JsonNode root;
        try {
            root = StrictJson.READER.readTree(json);
        } catch (IOException e) {
            throw malformed("a JSON object", e);
        }
        if (!root.isObject()) {
            throw new DecodeException("expected a JSON object, found " + kind(root));
        }
        JsonNode text = root.at(textField);
        if (!text.isTextual()) {
            throw new DecodeException(
                    "field %s: expected a string, found %s".formatted(textField, kind(text)));
        }
        return text.textValue();
    }

    private static int[] tokenIds(String json) throws DecodeException {
        try (JsonParser parser = StrictJson.FACTORY.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                throw new DecodeException(
                        "expected a JSON array of token ids, found " + StrictJson.kind(parser));
            }
            int[] ids = new int[64];
            int count = 0;
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                if (count == ids.length) {
                    ids = Arrays.copyOf(ids, 2 * count);
                }
                ids[count] = tokenId(parser, count);
                count++;
            }
            if (parser.nextToken() != null) {
                throw new DecodeException(
                        "expected one JSON array, found %s after it"
                                .formatted(StrictJson.kind(parser)));
            }
            return Arrays.copyOf(ids, count);
        } catch (IOException e) {
            throw malformed("a JSON array of token ids", e);
        }
    }

    private static int tokenId(JsonParser parser, int index) throws DecodeException, IOException {
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT) {
            throw new DecodeException(
                    "token id %d: expected an integer, found %s"
                            .formatted(index, StrictJson.kind(parser)));
        }
        if (parser.getNumberType() != JsonParser.NumberType.INT) {
            throw new DecodeException(
                    "token id %d: expected a 32-bit integer, found a larger one".formatted(index));
        }
        return parser.getIntValue();
    }

    /** Jackson's messages quote what they stumbled over; where that is must do. */
    private static DecodeException malformed(String expected, IOException e) {
        if (e instanceof StreamConstraintsException) {
            return new DecodeException(
                    "expected %s within bounds, found one nested too deep or a number too long"
                            .formatted(expected));
        }
        long at =
                e instanceof JsonProcessingException json && json.getLocation() != null
                        ? json.getLocation().getCharOffset()
                        : -1;
        return new DecodeException(
                "expected %s, found malformed JSON near character %d".formatted(expected, at));
    }

    private static String kind(JsonNode node) {
        return node.isMissingNode() ? "none" : node.getNodeType().name().toLowerCase(Locale.ROOT);
    }
}
