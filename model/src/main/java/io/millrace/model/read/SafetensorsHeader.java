package io.millrace.model.read;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Parses the JSON header of a safetensors file into its entries, as strictly as <a
 * href="https://github.com/huggingface/safetensors/blob/main/safetensors/src/tensor.rs">the
 * reference</a>, and refuses duplicate names besides, which the format forbids.
 */
final class SafetensorsHeader {
    private static final String METADATA = "__metadata__";
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(127).build())
                    .build();

    /**
     * One tensor, as the header describes it.
     *
     * @param begin offset of its first byte in the data section
     * @param end offset after its last byte
     */
    record Entry(DataType type, List<Long> shape, long begin, long end) {
        Entry {
            shape = List.copyOf(shape);
        }
    }

    private final JsonParser parser;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private boolean metadataSeen;

    private SafetensorsHeader(JsonParser parser) {
        this.parser = parser;
    }

    static Map<String, Entry> parse(String json) throws SafetensorsException {
        try (JsonParser parser = JSON.createParser(json)) {
            return new SafetensorsHeader(parser).parse();
        } catch (JsonProcessingException e) {
            throw new SafetensorsException("a JSON header", e.getOriginalMessage());
        } catch (IOException e) {
            throw new SafetensorsException("a JSON header", e.toString());
        }
    }

    private Map<String, Entry> parse() throws IOException, SafetensorsException {
        expect(parser.nextToken() == JsonToken.START_OBJECT, "header", "a JSON object");
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            parser.nextToken();
            if (name.equals(METADATA)) {
                metadata();
            } else if (entries.put(name, entry(name)) != null) {
                throw new SafetensorsException("each name once", "%s twice".formatted(name));
            }
        }
        expect(parser.nextToken() == null, "header", "nothing after the JSON object");
        return entries;
    }

    private void metadata() throws IOException, SafetensorsException {
        if (metadataSeen) {
            throw new SafetensorsException("each name once", METADATA + " twice");
        }
        metadataSeen = true;
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        expect(parser.currentToken() == JsonToken.START_OBJECT, METADATA, "an object of strings");
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            expect(parser.nextToken() == JsonToken.VALUE_STRING, METADATA, "an object of strings");
        }
    }

    private Entry entry(String name) throws IOException, SafetensorsException {
        expect(parser.currentToken() == JsonToken.START_OBJECT, name, "an object");
        DataType type = null;
        List<Long> shape = null;
        List<Long> offsets = null;
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            switch (key) {
                case "dtype" -> type = once(type, name, key, type(name));
                case "shape" -> shape = once(shape, name, key, numbers(name, key));
                case "data_offsets" -> offsets = once(offsets, name, key, numbers(name, key));
                default -> parser.skipChildren();
            }
        }
        if (type == null || shape == null || offsets == null) {
            throw new SafetensorsException(
                    "dtype, shape and data_offsets of tensor " + name, "not all three");
        }
        if (offsets.size() != 2) {
            throw new SafetensorsException(
                    "two data_offsets of tensor " + name, String.valueOf(offsets.size()));
        }
        return new Entry(type, shape, offsets.get(0), offsets.get(1));
    }

    private static <T> T once(@Nullable T before, String name, String key, T value)
            throws SafetensorsException {
        if (before != null) {
            throw new SafetensorsException(
                    "each key of tensor %s once".formatted(name), key + " twice");
        }
        return value;
    }

    private DataType type(String name) throws IOException, SafetensorsException {
        expect(parser.currentToken() == JsonToken.VALUE_STRING, name, "a dtype");
        String key = parser.getText();
        return DataType.of(key)
                .orElseThrow(
                        () ->
                                new SafetensorsException(
                                        "a known dtype of tensor " + name, abbreviate(key)));
    }

    private List<Long> numbers(String name, String key) throws IOException, SafetensorsException {
        String where = key + " of tensor " + name;
        expect(parser.currentToken() == JsonToken.START_ARRAY, where, "an array");
        List<Long> numbers = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            numbers.add(
                    natural()
                            .orElseThrow(
                                    () ->
                                            new SafetensorsException(
                                                    "whole numbers from 0 in " + where,
                                                    abbreviate(textOrKind()))));
        }
        return numbers;
    }

    private OptionalLong natural() throws IOException {
        // "-0" is an integer to Jackson, but no unsigned integer to the reference.
        if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
                || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                || parser.getText().startsWith("-")) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(parser.getLongValue());
    }

    private String textOrKind() {
        try {
            return parser.getText();
        } catch (IOException e) {
            return String.valueOf(parser.currentToken());
        }
    }

    private void expect(boolean condition, String where, String expected)
            throws IOException, SafetensorsException {
        if (!condition) {
            String found = parser.currentToken() == null ? "its end" : abbreviate(textOrKind());
            throw new SafetensorsException("%s: %s".formatted(where, expected), found);
        }
    }

    private static String abbreviate(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
}
