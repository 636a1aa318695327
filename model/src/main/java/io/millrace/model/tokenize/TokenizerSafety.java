package io.millrace.model.tokenize;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Refuses tokenizers with which some text, or opening them, would end the process: the native
 * library panics where it did not expect something, and a panic cannot be caught. Each check stands
 * for a place in its source that panics, reads outside an array, or needs time or memory without
 * bound.
 *
 * <p>Steps are told by the keys that they have, not by their type, because the library takes steps
 * of a wrong type by their keys too.
 */
public final class TokenizerSafety {
    private static final JsonMapper JSON = new JsonMapper();

    /** The engine gives up at twice as many, and the process with it. */
    private static final long MAX_RETRIES = 5_000_000;

    /** Some seconds. */
    private static final long MAX_STEPS = 300_000_000;

    /** The most that a text may become. */
    private static final long MAX_NORMALIZED = 1L << 26;

    private static final int ENOUGH_CHARS = 1 << 12;
    private static final int MAX_STEPS_IN_A_ROW = 100;
    private static final int MAX_PIECE = 1000;
    private static final int MAX_WORD = 10_000;
    private static final int MAX_ADDED_CHARS = 1 << 22;

    private final List<Problem> problems = new ArrayList<>();
    private final int bound;

    /** How many characters patterns bear, after the normalizer. */
    private long normalized = MAX_NORMALIZED;

    private long growth = 1;

    /** The most that a character grows by Unicode's forms, which do not add up. */
    private int form = 1;

    private int steps;
    private int templates;

    /**
     * What is wrong with a tokenizer.
     *
     * @param expected what would be safe
     * @param found what is there
     */
    public record Problem(String expected, String found) {}

    /**
     * What was found.
     *
     * @param problems why the tokenizer is not safe; empty: it is
     * @param maxChars the longest text that may be given to it at once
     */
    public record Result(List<Problem> problems, int maxChars) {}

    private TokenizerSafety(int maxTokens) {
        this.bound = Excerpt.bound(maxTokens);
    }

    /**
     * Checks a tokenizer.
     *
     * @param maxTokens most tokens of one text
     */
    public static Result check(TokenizerJson json, int maxTokens) {
        TokenizerSafety safety = new TokenizerSafety(maxTokens);
        try {
            JsonNode normalizer = tree(json.get("normalizer").orElse("null"));
            safety.checkSteps(normalizer, "normalizer");
            safety.checkSteps(tree(json.get("pre_tokenizer").orElse("null")), "pre_tokenizer");
            safety.checkLength();
            safety.checkProcessor(tree(json.get("post_processor").orElse("null")));
            safety.checkModel(json);
            if (safety.problems.isEmpty()) {
                safety.checkAdded(tree(json.get("added_tokens").orElse("[]")), normalizer);
            }
        } catch (JsonProcessingException e) {
            safety.add("a tokenizer", e.getOriginalMessage());
        }
        return new Result(List.copyOf(safety.problems), safety.maxChars());
    }

    private static JsonNode tree(String json) throws JsonProcessingException {
        return JSON.readTree(json);
    }

    private void add(String expected, String found) {
        problems.add(new Problem(expected, found));
    }

    private int maxChars() {
        return (int) Math.min(bound, normalized / (growth * form));
    }

    private void checkSteps(JsonNode node, String place) {
        if (node.isObject()) {
            steps++;
            if (steps == MAX_STEPS_IN_A_ROW + 1) {
                add(place + ": at most %d steps".formatted(MAX_STEPS_IN_A_ROW), "more");
            }
            checkStep(node, place);
        }
        node.forEach(child -> checkSteps(child, place));
    }

    private void checkStep(JsonNode step, String place) {
        if (place.equals("normalizer")) {
            form = Math.max(form, formOf(step));
            growth *=
                    step.has("handle_chinese_chars")
                                    || step.path("type").asText().equals("Lowercase")
                            ? 3
                            : 1;
            growth *= Math.max(1, step.path("content").asText().length());
            growth *= 1 + step.path("prepend").asText().length() / MAX_PIECE;
            growth = Math.min(growth, MAX_NORMALIZED);
        }
        if (step.path("pattern").isObject()) {
            checkPattern(step, place);
        }
        if (step.has("prepend") && step.path("prepend").asText().isEmpty()) {
            add(place + ": something to prepend", "nothing"); // it would belong to no character
        }
        if (step.has("length") && step.path("length").asLong() < 1) {
            add(place + ": a length of at least 1", step.path("length").toString());
        }
        if (step.has("precompiled_charsmap") || step.path("type").asText().equals("Precompiled")) {
            try {
                form = Math.max(form, Charsmap.check(step.path("precompiled_charsmap").asText()));
            } catch (IllegalArgumentException e) {
                add(place + ": an undamaged precompiled_charsmap", String.valueOf(e.getMessage()));
            }
        }
    }

    private static int formOf(JsonNode step) {
        return switch (step.path("type").asText()) {
            case "NFKC", "NFKD" -> 18;
            case "NFC" -> 3;
            case "NFD", "ByteLevel" -> 4;
            default -> step.has("strip_accents") ? 4 : 1;
        };
    }

    private void checkLength() {
        if (problems.isEmpty() && maxChars() < ENOUGH_CHARS) {
            add(
                    "normalizer, pre_tokenizer: steps that bear a text of %d characters"
                            .formatted(ENOUGH_CHARS),
                    "%d characters".formatted(maxChars()));
        }
    }

    private void checkPattern(JsonNode step, String place) {
        JsonNode pattern = step.path("pattern");
        boolean replaces = step.has("content");
        if (pattern.has("String")) {
            if (replaces && pattern.path("String").asText().isEmpty()) {
                add(place + ": a text to replace", "an empty one");
            }
            return;
        }
        String regex = pattern.path("Regex").asText();
        try {
            PatternCost cost = PatternCost.of(regex);
            if (replaces && cost.nullable()) {
                add(place + ": a pattern to replace that takes at least one character", regex);
            }
            if (cost.retriesPerChar() > 0) {
                normalized = Math.min(normalized, MAX_RETRIES / cost.retriesPerChar());
            }
            if (!cost.linear()) {
                double most = Math.sqrt((double) MAX_STEPS / cost.retriesPerChar());
                normalized = Math.min(normalized, (long) most);
            }
        } catch (IllegalArgumentException e) {
            add(
                    place + ": a pattern whose time is bounded by the length of a text",
                    "%s, in %s".formatted(e.getMessage(), regex));
        }
    }

    private void checkProcessor(JsonNode node) {
        if (node.has("single")) {
            templates++;
            if (templates == 2) {
                add("post_processor: one template", "another after it");
            }
            checkTemplate(node.path("single"), node.path("special_tokens"));
        }
        node.forEach(this::checkProcessor);
    }

    private void checkTemplate(JsonNode pieces, JsonNode special) {
        if (pieces.size() > MAX_STEPS_IN_A_ROW) {
            add(
                    "post_processor.single: at most %d pieces".formatted(MAX_STEPS_IN_A_ROW),
                    String.valueOf(pieces.size()));
        }
        for (JsonNode piece : pieces) {
            if (piece.has("Sequence") && !piece.at("/Sequence/id").asText().equals("A")) {
                add(
                        "post_processor.single: only the sequence A",
                        piece.at("/Sequence/id").toString());
            }
            if (piece.has("SpecialToken")) {
                String name = piece.at("/SpecialToken/id").asText();
                JsonNode token = special.path(name);
                if (!token.isObject() || token.path("ids").size() != token.path("tokens").size()) {
                    add(
                            "post_processor.special_tokens: ids and as many tokens of " + name,
                            token.isObject() ? token.toString() : "none");
                }
            }
        }
    }

    private void checkModel(TokenizerJson json) throws JsonProcessingException {
        JsonNode prefix = tree(json.model("continuing_subword_prefix").orElse("\"\""));
        if (!prefix.asText().isEmpty() && json.model("merges").isPresent()) {
            checkMerges(tree(json.model("merges").orElse("[]")), prefix.asText());
        }
        JsonNode word = tree(json.model("max_input_chars_per_word").orElse("0"));
        if (word.asDouble() > MAX_WORD) {
            add("model.max_input_chars_per_word: at most " + MAX_WORD, word.asText());
        }
        String vocabulary = json.model("vocab").orElse("{}");
        if (vocabulary.startsWith("[")) {
            for (JsonNode piece : tree(vocabulary)) {
                if (piece.path(0).asText().length() > MAX_PIECE) {
                    add(
                            "model.vocab: tokens of at most %d characters".formatted(MAX_PIECE),
                            piece.path(0).asText().length() + " characters");
                    return;
                }
            }
        }
    }

    /** The library cuts the prefix off the second token of each, unseen. */
    private void checkMerges(JsonNode merges, String prefix) {
        for (JsonNode merge : merges) {
            String second =
                    merge.isArray()
                            ? merge.path(1).asText()
                            : merge.asText().substring(merge.asText().indexOf(' ') + 1);
            if (!second.startsWith(prefix)) {
                add(
                        "model.merges: second tokens that begin with " + prefix,
                        "\"%s\"".formatted(second));
                return;
            }
        }
    }

    /**
     * A token of which the normalizer leaves nothing would be found before every byte, also within
     * a character. One of spaces that takes in the spaces before it would end before it begins,
     * where another has taken them already; and where it takes in those behind it, each space of a
     * run is looked at once for every one before it.
     */
    private void checkAdded(JsonNode tokens, JsonNode normalizer) throws JsonProcessingException {
        long all = 0;
        Set<String> normalized = new HashSet<>();
        Set<String> stripping = new HashSet<>();
        for (JsonNode token : tokens) {
            String content = token.path("content").asText();
            if (content.length() > MAX_PIECE) {
                add(
                        "added_tokens: tokens of at most %d characters".formatted(MAX_PIECE),
                        content.length() + " characters");
                return;
            }
            all += content.length();
            if (token.path("normalized").asBoolean() && !content.isEmpty()) {
                normalized.add(content);
            }
            if (token.path("lstrip").asBoolean() || token.path("rstrip").asBoolean()) {
                stripping.add(content);
            }
        }
        if (all > MAX_ADDED_CHARS) {
            add(
                    "added_tokens: at most %d characters".formatted(MAX_ADDED_CHARS),
                    all + " characters");
            return;
        }
        if (!normalizer.isNull() && !normalized.isEmpty()) {
            stripping = checkNormalized(normalized, stripping, normalizer);
        }
        if (stripping.stream().anyMatch(text -> Whitespace.strip(text).isEmpty())) {
            add("added_tokens: no token of spaces with lstrip or rstrip", "such a token");
        }
    }

    /** The texts of the second set, with their normalized forms. */
    private Set<String> checkNormalized(
            Set<String> contents, Set<String> stripping, JsonNode normalizer) {
        Set<String> forms = new HashSet<>(stripping);
        try (Normalizer library = Normalizer.open(normalizer.toString())) {
            for (String content : contents) {
                String form = library.normalize(content);
                if (form.isEmpty()) {
                    add(
                            "added_tokens: a token of which the normalizer leaves something",
                            content.codePoints()
                                    .mapToObj("U+%04X"::formatted)
                                    .collect(Collectors.joining(" ", "none of ", "")));
                }
                if (stripping.contains(content)) {
                    forms.add(form);
                }
            }
        } catch (IllegalArgumentException e) {
            add("a normalizer that the tokenizer library reads", String.valueOf(e.getMessage()));
        }
        return forms;
    }
}
