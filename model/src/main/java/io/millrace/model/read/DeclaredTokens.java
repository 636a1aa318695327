package io.millrace.model.read;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
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

    /** Marks by a name of the model's own that are objects, or are in the map. */
    private final Map<String, Mark> ownNames = new LinkedHashMap<>();

    /** The others; these count where both have a name. */
    private final Map<String, Mark> firstOwnNames = new LinkedHashMap<>();

    private final SortedMap<Integer, AddedToken> added = new TreeMap<>();

    /** Marks without a name by the newer key; null: it is absent, and the older one counts. */
    private @Nullable List<Mark> extra;

    private JsonNode additional = MissingNode.getInstance();

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
        tokens.allOwnNames().entrySet().stream()
                .filter(own -> NAMES.contains(own.getKey()))
                .forEach(own -> tokens.named.put(own.getKey(), own.getValue()));
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

    /** What the older key for marks without a name says; missing: nothing. */
    JsonNode additional() {
        return additional;
    }

    /** What the reference's class makes of that. */
    void additional(JsonNode marks) {
        additional = marks;
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
        allOwnNames().values().forEach(mark -> marks.add(mark.token()));
        List<Mark> unnamed = extra;
        if (unnamed == null) {
            unnamed = additional.isObject() ? List.of() : marks(ADDITIONAL, additional, config);
        }
        unnamed.forEach(mark -> marks.add(mark.token()));
        return marks;
    }

    private Map<String, Mark> allOwnNames() {
        Map<String, Mark> all = new LinkedHashMap<>();
        if (extra == null && additional.isObject()) {
            all.putAll(names(ADDITIONAL, additional, config));
        }
        all.putAll(ownNames);
        all.putAll(firstOwnNames);
        return all;
    }

    /** Whether a token is a mark with a name. */
    boolean isNamed(String content) {
        return Stream.concat(named.values().stream(), allOwnNames().values().stream())
                .anyMatch(mark -> mark != null && mark.token().content().equals(content));
    }

    private void readConfig() {
        for (Map.Entry<String, JsonNode> entry : config.properties()) {
            String key = entry.getKey();
            JsonNode value = entry.getValue();
            if (NAMES.contains(key)) {
                named.put(key, value.isNull() ? null : mark(key, value, config));
            } else if (key.endsWith("_token") && value.isTextual()) {
                firstOwnNames.put(key, plain(value.textValue()));
            } else if (key.endsWith("_token") && AddedToken.of(value).isPresent()) {
                ownNames.put(key, mark(key, value, config));
            }
        }
        JsonNode newer = config.get(EXTRA);
        JsonNode older = config.get(ADDITIONAL);
        boolean saysNothing = !config.has(EXTRA) || (newer.isContainerNode() && newer.isEmpty());
        if (saysNothing && !older.isMissingNode()) {
            readExtra(ADDITIONAL, older, config);
        } else {
            readExtra(EXTRA, newer, config);
            readAdditional(older);
        }
    }

    private void readExtra(String key, JsonNode value, JsonFile file) {
        if (value.isObject()) {
            firstOwnNames.putAll(names(key, value, file));
            extra = null;
        } else if (!value.isMissingNode()) {
            extra = marks(key, value, file);
        }
    }

    private void readAdditional(JsonNode value) {
        additional = value.isNull() ? MissingNode.getInstance() : value;
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
                named.put(key, value.isNull() ? null : mark(key, asSpecial(value), map));
            } else if (key.equals(EXTRA)) {
                List<Mark> before = extra == null || !value.isArray() ? List.of() : extra;
                readExtra(key, value, map);
                if (extra != null) {
                    extra = Stream.concat(before.stream(), extra.stream()).toList();
                }
            } else if (key.equals(ADDITIONAL)) {
                readAdditional(value);
            } else if (key.endsWith("_token") && !value.isNull()) {
                ownNames.put(key, mark(key, asSpecial(value), map));
            }
        }
    }

    /** An object in the map is that of a mark, whatever it says. */
    private static JsonNode asSpecial(JsonNode value) {
        return value.isObject() ? value.<ObjectNode>deepCopy().put("special", true) : value;
    }

    private void readAdded(JsonFile addedTokens) {
        for (Map.Entry<String, JsonNode> entry : addedTokens.properties()) {
            String content = entry.getKey();
            boolean special =
                    Stream.concat(
                                    NAMES.stream().map(named::get),
                                    extra == null ? Stream.of() : extra.stream())
                            .anyMatch(m -> m != null && m.token().content().equals(content));
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

    private static Map<String, Mark> names(String key, JsonNode object, JsonFile file) {
        Map<String, Mark> names = new LinkedHashMap<>();
        object.properties().forEach(e -> names.put(e.getKey(), mark(key, e.getValue(), file)));
        return names;
    }

    private static List<Mark> marks(String key, JsonNode list, JsonFile file) {
        if (!list.isArray() && !list.isNull() && !list.isMissingNode()) {
            file.problem(key, "an array of tokens, or an object of tokens by their names");
        }
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
        return new Mark(token.orElse(AddedToken.special("")), false);
    }

    private static Mark plain(String content) {
        return new Mark(AddedToken.special(content), true);
    }
}
