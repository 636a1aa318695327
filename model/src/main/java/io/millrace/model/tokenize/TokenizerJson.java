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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

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

    private static final List<String> ENCODING =
            List.of("added_tokens", "normalizer", "pre_tokenizer", "post_processor", "model");

    private final String text;
    private final Map<String, Span> parts;
    private final Map<String, Span> modelParts;

    /** Where a value stands in the text. */
    private record Span(int begin, int end) {}

    private TokenizerJson(String text, Map<String, Span> parts, Map<String, Span> modelParts) {
        this.text = text;
        this.parts = parts;
        this.modelParts = modelParts;
    }

    /**
     * Finds the parts.
     *
     * @throws JsonProcessingException when the text is not one JSON object
     */
    public static TokenizerJson parse(String text) throws JsonProcessingException {
        Map<String, Span> parts = new LinkedHashMap<>();
        Map<String, Span> modelParts = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new JsonParseException(parser, "expected a JSON object");
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String key = parser.currentName();
                parser.nextToken();
                int begin = (int) parser.currentTokenLocation().getCharOffset();
                if (key.equals("model") && parser.currentToken() == JsonToken.START_OBJECT) {
                    readModel(parser, modelParts);
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
        return new TokenizerJson(text, parts, modelParts);
    }

    private static void readModel(JsonParser parser, Map<String, Span> parts) throws IOException {
        parts.clear(); // of two, the last
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            int begin = (int) parser.currentTokenLocation().getCharOffset();
            parser.skipChildren();
            parser.finishToken();
            parts.put(key, new Span(begin, (int) parser.currentLocation().getCharOffset()));
        }
    }

    /** {@code model.type}; what the other parts tell when it is not given, as in old files. */
    public String kind() {
        Optional<String> type = model("type");
        if (type.isPresent()) {
            return type.get().replace("\"", "");
        }
        if (modelParts.containsKey("merges")) {
            return "BPE";
        }
        if (modelParts.containsKey("max_input_chars_per_word")) {
            return "WordPiece";
        }
        return model("vocab").orElse("").startsWith("[") ? "Unigram" : "WordLevel";
    }

    /** The text of a part of the model, unless it is absent or null. */
    public Optional<String> model(String key) {
        return part(modelParts.get(key));
    }

    /** The text of a part, unless it is absent or null. */
    public Optional<String> get(String key) {
        return part(parts.get(key));
    }

    private Optional<String> part(@Nullable Span span) {
        return Optional.ofNullable(span)
                .map(s -> text.substring(s.begin, s.end))
                .filter(value -> !value.equals("null"));
    }

    /**
     * Everything that the tokenizer library looks at to make ids, each part once and null where it
     * is absent: it has no say in how texts are cut and filled up, and decodes nothing.
     */
    public TokenizerJson forEncoding() {
        StringJoiner text = new StringJoiner(",", "{", "}");
        text.add("\"version\":\"1.0\"");
        for (String key : ENCODING) {
            text.add("\"%s\":%s".formatted(key, get(key).orElse("null")));
        }
        return parsed(text.toString());
    }

    /** The text with a part exchanged, or added when it was absent. */
    public TokenizerJson with(String key, String value) {
        Span span = parts.get(key);
        String changed =
                span == null
                        ? addFirst(key, value)
                        : text.substring(0, span.begin) + value + text.substring(span.end);
        return parsed(changed);
    }

    private static TokenizerJson parsed(String text) {
        try {
            return parse(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("expected JSON as the value of every key", e);
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
