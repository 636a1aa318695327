package io.millrace.model.tokenize;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The text of a {@code tokenizer.json} of which single parts can be exchanged, without building a
 * tree of a vocabulary of hundreds of thousands of entries.
 */
public final class TokenizerJson {
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(100)
                                    .maxStringLength(100_000_000)
                                    .build())
                    .build();

    private final String text;
    private final Map<String, Span> parts;
    private final String kind;

    /** Where a value stands in the text. */
    private record Span(int begin, int end) {}

    private TokenizerJson(String text, Map<String, Span> parts, String kind) {
        this.text = text;
        this.parts = parts;
        this.kind = kind;
    }

    /**
     * Finds the parts.
     *
     * @throws JsonProcessingException when the text is not one JSON object
     */
    public static TokenizerJson parse(String text) throws JsonProcessingException {
        Map<String, Span> parts = new LinkedHashMap<>();
        String kind = "";
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new JsonParseException(parser, "expected a JSON object");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = parser.currentName();
                parser.nextToken();
                int begin = (int) parser.currentTokenLocation().getCharOffset();
                if (key.equals("model") && parser.currentToken() == JsonToken.START_OBJECT) {
                    kind = modelType(parser);
                } else {
                    parser.skipChildren();
                }
                parser.finishToken();
                parts.put(key, new Span(begin, (int) parser.currentLocation().getCharOffset()));
            }
            if (parser.nextToken() != null) {
                throw new JsonParseException(parser, "expected nothing after the JSON object");
            }
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing is read from anywhere but the string
        }
        return new TokenizerJson(text, parts, kind);
    }

    private static String modelType(JsonParser parser) throws IOException {
        String type = "";
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            if (key.equals("type") && parser.currentToken() == JsonToken.VALUE_STRING) {
                type = parser.getText();
            }
            parser.skipChildren();
        }
        return type;
    }

    /** {@code model.type}; empty when it is not given. */
    public String kind() {
        return kind;
    }

    /** The text of a part, unless it is absent or null. */
    public Optional<String> get(String key) {
        return Optional.ofNullable(parts.get(key))
                .map(span -> text.substring(span.begin, span.end))
                .filter(value -> !value.equals("null"));
    }

    /** The text with a part exchanged, or added when it was absent. */
    public TokenizerJson with(String key, String value) {
        Span span = parts.get(key);
        String changed =
                span == null
                        ? addFirst(key, value)
                        : text.substring(0, span.begin) + value + text.substring(span.end);
        try {
            return parse(changed);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("expected JSON as the value of " + key, e);
        }
    }

    private String addFirst(String key, String value) {
        int brace = text.indexOf('{') + 1;
        String separator = parts.isEmpty() ? "" : ",";
        return "%s\"%s\":%s%s%s"
                .formatted(text.substring(0, brace), key, value, separator, text.substring(brace));
    }

    @Override
    public String toString() {
        return text;
    }
}
