package io.millrace.model.tokenize;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What may go before every text: some models were trained with one sentence before questions and
 * another before answers.
 *
 * @param byName the texts by their names, {@code query} and {@code document} always among them
 * @param defaultName the one that is taken when nobody chooses; null: none
 */
public record Prompts(Map<String, String> byName, @Nullable String defaultName) {
    /** Names that the reference knows without being told, with nothing behind them. */
    private static final Map<String, String> BUILT_IN = Map.of("query", "", "document", "");

    /** No prompt but the empty ones. */
    public static final Prompts NONE = new Prompts(Map.of(), null);

    public Prompts {
        Map<String, String> all = new LinkedHashMap<>(byName);
        BUILT_IN.keySet().stream().sorted().forEach(name -> all.putIfAbsent(name, ""));
        byName = Collections.unmodifiableMap(all);
    }

    /** What goes before a text when nobody chooses; empty: nothing. */
    public String defaultText() {
        return defaultName == null ? "" : byName.getOrDefault(defaultName, "");
    }

    /**
     * What goes before a text, in the reference's order: a text of one's own, else the one of this
     * name, else the default.
     *
     * @throws IllegalArgumentException when there is none of this name; the message has the names
     */
    public String resolve(Optional<String> text, Optional<String> name) {
        if (text.isPresent()) {
            return text.get();
        }
        if (name.isEmpty()) {
            return defaultText();
        }
        String prompt = byName.get(name.get());
        if (prompt == null) {
            throw new IllegalArgumentException(
                    "expected one of %s, found \"%s\""
                            .formatted(String.join(", ", byName.keySet()), name.get()));
        }
        return prompt;
    }
}
