package io.millrace.cli.read;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes records of lines. A line that is none becomes a record with an error. */
public final class LineParser {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private static final JsonMapper JSON =
            JsonMapper.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .addModule(
                            new SimpleModule()
                                    .addDeserializer(JsonNode.class, new NumbersAsWritten()))
                    .build();

    private final LineFormat format;
    private final CharsetDecoder decoder =
            StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT);

    public LineParser(LineFormat format) {
        this.format = format;
    }

    /** The line's record; null for a blank line between JSON objects. */
    public @Nullable InputRecord parse(LineReader.Line line) {
        if (line.tooLong()) {
            return refused(
                    line,
                    "expected a line of at most %d bytes, found more"
                            .formatted(InputReader.MAX_LINE_BYTES));
        }
        ByteBuffer bytes = ByteBuffer.wrap(line.bytes());
        CharBuffer characters;
        try {
            characters = decoder.decode(bytes);
        } catch (CharacterCodingException e) {
            return refused(
                    line,
                    "expected UTF-8, found other bytes at byte %d".formatted(bytes.position()));
        }
        String content = characters.toString();
        return switch (format) {
            case LINES -> new InputRecord(number(line), NODES.objectNode(), content, null);
            case JSONL -> content.isBlank() ? null : json(line, content);
        };
    }

    private static InputRecord json(LineReader.Line line, String content) {
        JsonNode node;
        try {
            node = JSON.readTree(content);
        } catch (JsonProcessingException e) {
            int column = e.getLocation() == null ? 0 : e.getLocation().getColumnNr();
            return refused(
                    line,
                    "expected a JSON object, found malformed JSON at column %d".formatted(column));
        }
        if (!(node instanceof ObjectNode object)) {
            return refused(line, "expected a JSON object, found %s".formatted(kind(node)));
        }
        JsonNode given = object.remove("id");
        JsonNode id = given == null ? number(line) : given;
        JsonNode text = object.remove("text");
        if (text == null) {
            return new InputRecord(id, object, null, "expected field 'text', found none");
        }
        if (!text.isTextual()) {
            return new InputRecord(
                    id, object, null, "field 'text': expected a string, found " + kind(text));
        }
        return new InputRecord(id, object, text.textValue(), null);
    }

    private static InputRecord refused(LineReader.Line line, String error) {
        return new InputRecord(number(line), NODES.objectNode(), null, error);
    }

    private static JsonNode number(LineReader.Line line) {
        return LongNode.valueOf(line.number());
    }

    private static String kind(JsonNode node) {
        if (node.isPojo()) {
            return "number";
        }
        return node.getNodeType().name().toLowerCase(Locale.ROOT);
    }

    /** Numbers pass through as they were written: 1.0 is not 1, and -0.0 not 0.0. */
    private static final class NumbersAsWritten extends JsonDeserializer<JsonNode> {
        @Override
        public JsonNode deserialize(JsonParser parser, DeserializationContext context)
                throws IOException {
            return switch (parser.currentToken()) {
                case START_OBJECT -> {
                    ObjectNode object = NODES.objectNode();
                    while (parser.nextToken() == JsonToken.FIELD_NAME) {
                        String name = parser.currentName();
                        parser.nextToken();
                        object.set(name, deserialize(parser, context));
                    }
                    yield object;
                }
                case START_ARRAY -> {
                    ArrayNode array = NODES.arrayNode();
                    while (parser.nextToken() != JsonToken.END_ARRAY) {
                        array.add(deserialize(parser, context));
                    }
                    yield array;
                }
                case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                        NODES.rawValueNode(new RawValue(parser.getText()));
                case VALUE_STRING -> NODES.textNode(parser.getText());
                case VALUE_TRUE, VALUE_FALSE -> NODES.booleanNode(parser.getBooleanValue());
                default -> NODES.nullNode();
            };
        }

        @Override
        public JsonNode getNullValue(DeserializationContext context) {
            return NODES.nullNode();
        }
    }
}
