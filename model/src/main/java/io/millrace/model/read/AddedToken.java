package io.millrace.model.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * A token that is looked for in a text before anything else is done with it.
 *
 * @param content the text that it stands for
 * @param singleWord whether only as a word of its own
 * @param lstrip whether it takes in the spaces before it
 * @param rstrip whether it takes in the spaces after it
 * @param normalized whether it is looked for after the text was normalized
 * @param special whether it is one of the tokenizer's own marks
 */
record AddedToken(
        String content,
        boolean singleWord,
        boolean lstrip,
        boolean rstrip,
        boolean normalized,
        boolean special) {
    /** A mark of the tokenizer of which nothing but its name is known. */
    static AddedToken special(String content) {
        return new AddedToken(content, false, false, false, false, true);
    }

    /** From its JSON, as it is in all files; empty: it is something else. */
    static Optional<AddedToken> of(JsonNode node) {
        if (!node.path("content").isTextual()) {
            return Optional.empty();
        }
        boolean special = node.path("special").asBoolean(false);
        return Optional.of(
                new AddedToken(
                        node.path("content").textValue(),
                        node.path("single_word").asBoolean(false),
                        node.path("lstrip").asBoolean(false),
                        node.path("rstrip").asBoolean(false),
                        node.path("normalized").asBoolean(!special),
                        special));
    }

    AddedToken asSpecial() {
        return new AddedToken(content, singleWord, lstrip, rstrip, normalized, true);
    }

    AddedToken withLstrip() {
        return new AddedToken(content, singleWord, true, rstrip, normalized, special);
    }

    AddedToken withNormalized() {
        return new AddedToken(content, singleWord, lstrip, rstrip, true, special);
    }

    /** As {@code tokenizer.json} has it. */
    ObjectNode toJson(int id) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", id)
                .put("content", content)
                .put("single_word", singleWord)
                .put("lstrip", lstrip)
                .put("rstrip", rstrip)
                .put("normalized", normalized)
                .put("special", special);
    }
}
