package io.millrace.model.read;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that {@code tokenizer_config.json} and the files around it declare, as <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/tokenization_utils_base.py">tokenization_utils_base.py</a>
 * puts them together.
 */
final class DeclaredTokens {
    /** The marks that every tokenizer may have, in the order in which they are added. */
    static final List<String> NAMES =
            List.of(
                    "bos_token",
                    "eos_token",
                    "unk_token",
                    "sep_token",
                    "pad_token",
                    "cls_token",
                    "mask_token");

    private static final String DECODER = "added_tokens_decoder";
    private static final String EXTRA = "extra_special_tokens";
    private static final String ADDITIONAL = "additional_special_tokens";

    /**
     * A mark of the tokenizer.
     *
     * @param token how it is looked for in a text
     * @param plain whether only its name was given
     */
    record Mark(AddedToken token, boolean plain) {}

    private final JsonFile config;

    /** Marks by name; null where the files say that there is none. */
    private final Map<String, @Nullable Mark> named = new LinkedHashMap<>();

    /** Marks by a name of the model's own. */
    private final Map<String, Mark> ownNames = new LinkedHashMap<>();

    private final SortedMap<Integer, AddedToken> added = new TreeMap<>();
    private @Nullable List<Mark> extra;
    private @Nullable List<Mark> additional;

    private DeclaredTokens(JsonFile config) {
        this.config = config;
    }

    /**
     * Puts them together.
     *
     * @param config {@code tokenizer_config.json}
     * @param map {@code special_tokens_map.json}, read where the former has no list of added tokens
     * @param addedTokens {@code added_tokens.json}, likewise
     * @param inTokenizer the added tokens of {@code tokenizer.json}
     */
    static DeclaredTokens read(
            JsonFile config, JsonFile map, JsonFile addedTokens, JsonNode inTokenizer) {
        DeclaredTokens tokens = new DeclaredTokens(config);
        tokens.readConfig();
        if (config.has(DECODER)) {
            tokens.readDecoder();
        } else {
            tokens.readMap(map);
            tokens.readAdded(addedTokens);
            for (JsonNode token : inTokenizer) {
                AddedToken.of(token).ifPresent(t -> tokens.added.put(token.path("id").asInt(), t));
            }
        }
        tokens.applyFlags();
        return tokens;
    }

    /** The mark of this name; empty: there is none. */
    Optional<Mark> mark(String name) {
        return Optional.ofNullable(named.get(name));
    }

    /** What the reference's class says where the files say nothing, not even that there is none. */
    void byDefault(String name, String content) {
        if (!named.containsKey(name)) {
            named.put(name, plain(content));
        }
    }

    /** Changes how a mark is looked for of which the files give only the name. */
    void refine(String name, UnaryOperator<AddedToken> change) {
        Mark mark = named.get(name);
        if (mark != null && mark.plain()) {
            named.put(name, new Mark(change.apply(mark.token()), false));
        }
    }

    /** Marks without a name, where the files have no list of them. */
    void extraByDefault(List<String> contents) {
        if (additional == null) {
            additional = contents.stream().map(DeclaredTokens::plain).toList();
        }
    }

    /** Whether {@code special_tokens_map.json} has its own list of marks without a name. */
    Optional<List<Mark>> additional() {
        return Optional.ofNullable(additional);
    }

    /** The added tokens, by the ids that the files give. */
    SortedMap<Integer, AddedToken> added() {
        return added;
    }

    /** All marks, in the order in which they are added. */
    List<AddedToken> marks() {
        List<AddedToken> marks = new ArrayList<>();
        for (String name : NAMES) {
            mark(name).ifPresent(mark -> marks.add(mark.token()));
        }
        ownNames.values().forEach(mark -> marks.add(mark.token()));
        List<Mark> unnamed = extra != null ? extra : additional != null ? additional : List.of();
        unnamed.forEach(mark -> marks.add(mark.token()));
        return marks;
    }

    /** Whether a token is a mark with a name. */
    boolean isNamed(String content) {
        return named.values().stream()
                        .anyMatch(mark -> mark != null && mark.token().content().equals(content))
                || ownNames.values().stream()
                        .anyMatch(mark -> mark.token().content().equals(content));
    }

    private void readConfig() {
        for (Map.Entry<String, JsonNode> entry : config.properties()) {
            String key = entry.getKey();
            JsonNode value = entry.getValue();
            if (NAMES.contains(key)) {
                named.put(key, value.isNull() ? null : mark(key, value, config));
            } else if (key.endsWith("_token") && value.isTextual()) {
                ownNames.put(key, plain(value.textValue()));
            }
        }
        String list = config.get(EXTRA).isEmpty() ? ADDITIONAL : EXTRA;
        if (config.get(list).isObject()) {
            config.get(list)
                    .properties()
                    .forEach(
                            entry ->
                                    ownNames.put(
                                            entry.getKey(), mark(list, entry.getValue(), config)));
        } else if (config.has(list)) {
            extra = marks(list, config.get(list), config);
        }
    }

    private void readDecoder() {
        for (Map.Entry<String, JsonNode> entry : config.get(DECODER).properties()) {
            Optional<AddedToken> token = AddedToken.of(entry.getValue());
            try {
                added.put(Integer.valueOf(entry.getKey()), token.orElseThrow());
            } catch (NumberFormatException | NoSuchElementException e) {
                config.problem(DECODER, "tokens by their ids");
                return;
            }
        }
    }

    private void readMap(JsonFile map) {
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String key = entry.getKey();
            JsonNode value = entry.getValue();
            if (NAMES.contains(key)) {
                named.put(key, value.isNull() ? null : mark(key, value, map));
            } else if (key.equals(EXTRA)) {
                List<Mark> all = new ArrayList<>(extra == null ? List.of() : extra);
                all.addAll(marks(key, value, map));
                extra = all;
            } else if (key.equals(ADDITIONAL)) {
                additional = marks(key, value, map);
            } else if (key.endsWith("_token") && !value.isNull()) {
                ownNames.put(key, mark(key, value, map));
            }
        }
    }

    private void readAdded(JsonFile addedTokens) {
        for (Map.Entry<String, JsonNode> entry : addedTokens.properties()) {
            String content = entry.getKey();
            boolean special = marks().stream().anyMatch(mark -> mark.content().equals(content));
            added.put(
                    entry.getValue().asInt(),
                    new AddedToken(content, false, false, false, !special, special));
        }
    }

    /** A mark that is among the added tokens is looked for as it is said there. */
    private void applyFlags() {
        Map<String, AddedToken> byContent = new LinkedHashMap<>();
        added.values().forEach(token -> byContent.put(token.content(), token));
        for (String name : NAMES) {
            Mark mark = named.get(name);
            if (mark != null && byContent.containsKey(mark.token().content())) {
                named.put(name, new Mark(byContent.get(mark.token().content()), false));
            }
        }
    }

    private static List<Mark> marks(String key, JsonNode list, JsonFile file) {
        List<Mark> marks = new ArrayList<>();
        list.forEach(value -> marks.add(mark(key, value, file)));
        return marks;
    }

    private static Mark mark(String key, JsonNode value, JsonFile file) {
        if (value.isTextual()) {
            return plain(value.textValue());
        }
        Optional<AddedToken> token = AddedToken.of(value);
        if (token.isEmpty()) {
            file.problem(key, "a token or its content");
        }
        return new Mark(token.map(AddedToken::asSpecial).orElse(AddedToken.special("")), false);
    }

    private static Mark plain(String content) {
        return new Mark(AddedToken.special(content), true);
    }
}
