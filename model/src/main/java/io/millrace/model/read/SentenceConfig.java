package io.millrace.model.read;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What {@code config_sentence_transformers.json} says.
 *
 * @param prompt what goes before every text; empty: nothing
 * @param truncateDim how many components of each vector are kept, after everything else
 */
record SentenceConfig(String prompt, Optional<Integer> truncateDim) {
    private static final String FILE = "config_sentence_transformers.json";
    private static final String MODEL_TYPE = "SentenceTransformer";

    /** Names that the reference knows without being told, with no prompt. */
    private static final Set<String> BUILT_IN = Set.of("query", "document");

    static SentenceConfig read(ModelFiles files, Problems problems) {
        return files.find(FILE)
                .flatMap(file -> JsonFile.read(FILE, file, problems))
                .map(SentenceConfig::read)
                .orElse(new SentenceConfig("", Optional.empty()));
    }

    private static SentenceConfig read(JsonFile json) {
        if (!json.text("model_type", MODEL_TYPE).equals(MODEL_TYPE)) {
            json.problem("model_type", MODEL_TYPE);
        }
        int truncateDim = json.count("truncate_dim", 0, 1, Integer.MAX_VALUE);
        return new SentenceConfig(
                prompt(json), truncateDim == 0 ? Optional.empty() : Optional.of(truncateDim));
    }

    private static String prompt(JsonFile json) {
        String name = json.text("default_prompt_name", "");
        if (name.isEmpty()) {
            return "";
        }
        if (json.get("prompts").hasNonNull(name)) {
            return json.get("prompts").get(name).asText();
        }
        if (!BUILT_IN.contains(name)) {
            List<String> names =
                    json.get("prompts").properties().stream().map(Map.Entry::getKey).toList();
            json.problem("default_prompt_name", "one of prompts " + names);
        }
        return "";
    }
}
