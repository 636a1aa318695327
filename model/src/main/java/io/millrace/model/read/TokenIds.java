package io.millrace.model.read;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which ids tokens have that are added to a vocabulary: those of the vocabulary where it has them,
 * otherwise the next ones. The tokenizer library counts in the same way, whatever ids the files
 * give.
 */
final class TokenIds {
    private final Map<String, Integer> vocabulary;
    private final Map<String, Integer> ids = new LinkedHashMap<>();
    private final Map<String, AddedToken> tokens = new LinkedHashMap<>();
    private int largest = -1;

    TokenIds(Map<String, Integer> vocabulary) {
        this.vocabulary = vocabulary;
    }

    /** Adds a token; one that was added before keeps its id and changes how it is looked for. */
    void add(AddedToken token) {
        if (token.content().isEmpty()) {
            return;
        }
        int id = id(token.content()).orElse(Math.max(largest + 1, vocabulary.size()));
        ids.put(token.content(), id);
        tokens.put(token.content(), token);
        largest = Math.max(largest, id);
    }

    boolean isAdded(String content) {
        return ids.containsKey(content);
    }

    Optional<Integer> id(String content) {
        Integer id = ids.get(content);
        return Optional.ofNullable(id == null ? vocabulary.get(content) : id);
    }

    /** As {@code tokenizer.json} has them. */
    ArrayNode toJson() {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        tokens.values()
                .forEach(token -> json.add(token.toJson(ids.getOrDefault(token.content(), 0))));
        return json;
    }
}
