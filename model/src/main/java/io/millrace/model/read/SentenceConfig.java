package io.millrace.model.read;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.model.tokenize.Prompts;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code config_sentence_transformers.json} says.
 *
 * @param prompts what may go before every text
 * @param truncateDim how many components of each vector are kept, after everything else
 */
record SentenceConfig(Prompts prompts, Optional<Integer> truncateDim) {
    private static final String FILE = "config_sentence_transformers.json";
    private static final String MODEL_TYPE = "SentenceTransformer";

    static SentenceConfig read(ModelFiles files, Problems problems) {
        // The reference does not look at it where there are no modules.
        return files.find(FILE)
                .filter(file -> files.exists(Module.FILE))
                .flatMap(file -> JsonFile.read(FILE, file, problems))
                .map(SentenceConfig::read)
                .orElse(new SentenceConfig(Prompts.NONE, Optional.empty()));
    }

    private static SentenceConfig read(JsonFile json) {
        if (!json.text("model_type", MODEL_TYPE).equals(MODEL_TYPE)) {
            json.problem("model_type", MODEL_TYPE);
        }
        int truncateDim = json.count("truncate_dim", 0, 1, Integer.MAX_VALUE);
        return new SentenceConfig(
                prompts(json), truncateDim == 0 ? Optional.empty() : Optional.of(truncateDim));
    }

    private static Prompts prompts(JsonFile json) {
        Map<String, String> byName = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> prompt : json.get("prompts").properties()) {
            if (prompt.getValue().isTextual()) {
                byName.put(prompt.getKey(), prompt.getValue().textValue());
            } else if (prompt.getValue().isNull()) {
                byName.put(prompt.getKey(), "");
            } else {
                json.problem("prompts", "a string for " + prompt.getKey());
            }
        }
        @Nullable String defaultName =
                json.has("default_prompt_name") ? json.text("default_prompt_name", "") : null;
        Prompts prompts = new Prompts(byName, defaultName);
        if (defaultName != null && !prompts.byName().containsKey(defaultName)) {
            json.problem("default_prompt_name", "one of prompts " + prompts.byName().keySet());
        }
        return prompts;
    }
}
