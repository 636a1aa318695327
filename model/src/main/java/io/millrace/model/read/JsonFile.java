package io.millrace.model.read;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.model.arch.ConfigKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One JSON object of the directory, read key by key; what is not as expected is noted and replaced
 * by a value with which reading can go on.
 */
final class JsonFile implements ConfigKeys {
    private static final long MAX_BYTES = 64L << 20;
    private static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(100)
                                                    .build())
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // as Python does
                    .build();

    private final String name;
    private final JsonNode node;
    private final Problems problems;

    JsonFile(String name, JsonNode node, Problems problems) {
        this.name = name;
        this.node = node;
        this.problems = problems;
    }

    /** The file as one JSON object; noted as a problem when it is something else. */
    static Optional<JsonFile> read(String name, Path file, Problems problems) {
        return readTree(name, file, problems).flatMap(tree -> object(name, tree, problems));
    }

    /** A text that is in no file yet as one JSON object; noted as a problem when it is not. */
    static Optional<JsonFile> parse(String name, String text, Problems problems) {
        try {
            return parseTree(name, text, problems).flatMap(tree -> object(name, tree, problems));
        } catch (JsonProcessingException e) {
            problems.add(name, "JSON", malformed(e));
            return Optional.empty();
        }
    }

    private static Optional<JsonFile> object(String name, JsonNode tree, Problems problems) {
        if (!tree.isObject()) {
            problems.add(name, "a JSON object", describe(tree));
            return Optional.empty();
        }
        return Optional.of(new JsonFile(name, tree, problems));
    }

    /** For a file that is not there: every key is absent. */
    static JsonFile empty(String name, Problems problems) {
        return new JsonFile(name, MAPPER.createObjectNode(), problems);
    }

    /** The same with another number. */
    JsonFile with(String key, int value) {
        return new JsonFile(name, node.<ObjectNode>deepCopy().put(key, value), problems);
    }

    /** The file as any JSON. */
    static Optional<JsonNode> readTree(String name, Path file, Problems problems) {
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                problems.add(name, "at most %d bytes".formatted(MAX_BYTES), size + " bytes");
                return Optional.empty();
            }
            return parseTree(name, Files.readString(file), problems);
        } catch (JsonProcessingException e) {
            problems.add(name, "JSON", malformed(e));
        } catch (IOException e) {
            problems.add(name, "a readable UTF-8 file", e.toString());
        }
        return Optional.empty();
    }

    private static Optional<JsonNode> parseTree(String name, String text, Problems problems)
            throws JsonProcessingException {
        JsonNode tree = MAPPER.readTree(text);
        if (tree.isMissingNode()) {
            problems.add(name, "JSON", "an empty file");
            return Optional.empty();
        }
        return Optional.of(tree);
    }

    String name() {
        return name;
    }

    /** All keys with their values. */
    Set<Map.Entry<String, JsonNode>> entries() {
        return node.properties();
    }

    JsonNode get(String key) {
        return node.path(key);
    }

    /** All keys and values, in the file's order. */
    Set<Map.Entry<String, JsonNode>> properties() {
        return node.properties();
    }

    @Override
    public boolean has(String key) {
        return node.hasNonNull(key);
    }

    @Override
    public boolean isNull(String key) {
        return get(key).isNull();
    }

    @Override
    public int count(String key, int fallback, int min, int max) {
        if (!has(key)) {
            return fallback;
        }
        JsonNode value = get(key);
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            return wrong(key, "a whole number from %d to %d".formatted(min, max), fallback);
        }
        int count = value.intValue();
        if (count < min || count > max) {
            return wrong(key, "a whole number from %d to %d".formatted(min, max), fallback);
        }
        return count;
    }

    @Override
    public float number(String key, float fallback, float min, float max) {
        if (!has(key)) {
            return fallback;
        }
        float value = get(key).isNumber() ? get(key).floatValue() : Float.NaN;
        return value >= min && value <= max
                ? value
                : wrong(key, "a number from %s to %s".formatted(min, max), fallback);
    }

    @Override
    public boolean flag(String key, boolean fallback) {
        if (!has(key)) {
            return fallback;
        }
        return get(key).isBoolean()
                ? get(key).booleanValue()
                : wrong(key, "true or false", fallback);
    }

    @Override
    public String text(String key, String fallback) {
        if (!has(key)) {
            return fallback;
        }
        return get(key).isTextual() ? get(key).textValue() : wrong(key, "a string", fallback);
    }

    @Override
    public List<String> texts(String key) {
        if (get(key).isTextual()) {
            return List.of(get(key).textValue());
        }
        return elements(key, JsonNode::isTextual, JsonNode::textValue, "an array of strings");
    }

    @Override
    public List<Float> numbers(String key) {
        return elements(key, JsonFile::isFinite, JsonNode::floatValue, "an array of numbers");
    }

    private <T> List<T> elements(
            String key, Predicate<JsonNode> isOne, Function<JsonNode, T> value, String expected) {
        if (!has(key)) {
            return List.of();
        }
        List<T> elements = new ArrayList<>();
        for (JsonNode element : get(key)) {
            if (isOne.test(element)) {
                elements.add(value.apply(element));
            }
        }
        return get(key).isArray() && elements.size() == get(key).size()
                ? elements
                : wrong(key, expected, List.of());
    }

    @Override
    public JsonFile object(String key) {
        if (!has(key)) {
            return empty(name, problems);
        }
        return get(key).isObject()
                ? new JsonFile(name + ": " + key, get(key), problems)
                : wrong(key, "an object", empty(name, problems));
    }

    @Override
    public void problem(String key, String expected) {
        problems.add(name, key + ": " + expected, describe(get(key)));
    }

    private <T> T wrong(String key, String expected, T fallback) {
        problem(key, expected);
        return fallback;
    }

    /** Where, and not what the parser would tell a programmer. */
    static String malformed(JsonProcessingException e) {
        JsonLocation place = e.getLocation();
        return place == null
                ? "malformed text"
                : "malformed text at line %d, column %d"
                        .formatted(place.getLineNr(), place.getColumnNr());
    }

    static boolean isFinite(JsonNode node) {
        return node.isNumber() && Float.isFinite(node.floatValue());
    }

    private static String describe(JsonNode node) {
        if (node.isMissingNode()) {
            return "nothing";
        }
        String text = node.isNumber() ? node.asText() : node.toString(); // NaN without quotes
        return text.length() <= 100 ? text : text.substring(0, 100) + "…";
    }
}
