package io.millrace.model.read;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.model.arch.EncoderConfig;
import io.millrace.model.arch.ModelType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What sentence-transformers writes about its first module: {@code sentence_bert_config.json}, or
 * what older versions called it, after <a
 * href="https://github.com/huggingface/sentence-transformers/blob/main/sentence_transformers/base/modules/transformer.py">transformer.py</a>.
 */
final class TransformerConfig {
    private static final List<String> FILES =
            List.of(
                    "sentence_bert_config.json",
                    "sentence_roberta_config.json",
                    "sentence_distilbert_config.json",
                    "sentence_camembert_config.json",
                    "sentence_albert_config.json",
                    "sentence_xlm-roberta_config.json",
                    "sentence_xlnet_config.json");

    private static final String MAX_LENGTH = "max_length";

    /** From here on, a length means that there is no limit. */
    private static final double NO_LIMIT = 1e9;

    /**
     * Most tokens of a text where nothing says how many. Memory for attention grows with the square
     * of a text's tokens, and with so many it is 0.8 GB in twelve heads of T5.
     */
    static final int UNGIVEN_LENGTH = 4096;

    /** What decides how the weights are held while they are computed with, not what they are. */
    private static final Set<String> HARMLESS =
            Set.of(
                    "trust_remote_code",
                    "torch_dtype",
                    "dtype",
                    "attn_implementation",
                    "low_cpu_mem_usage",
                    "use_safetensors",
                    "padding_side",
                    "use_fast");

    private final JsonFile json;

    private TransformerConfig(JsonFile json) {
        this.json = json;
    }

    /** Reads it; what Millrace does not do is noted. */
    static TransformerConfig read(ModelFiles files, String folder, Problems problems) {
        // The reference looks at it only beside modules.json.
        JsonFile json =
                FILES.stream()
                        .filter(name -> files.exists(Module.FILE))
                        .map(name -> folder + name)
                        .map(
                                name ->
                                        files.find(name)
                                                .flatMap(f -> JsonFile.read(name, f, problems)))
                        .flatMap(Optional::stream)
                        .filter(file -> !file.properties().isEmpty())
                        .findFirst()
                        .orElseGet(() -> JsonFile.empty(folder + FILES.get(0), problems));
        TransformerConfig config = new TransformerConfig(json);
        config.checkArguments();
        config.checkOutput();
        config.checkProcessing();
        return config;
    }

    /** Whether texts are made lower case before everything else. */
    boolean lowerCase() {
        return json.flag("do_lower_case", false);
    }

    /**
     * Most tokens of a text, in the reference's order: what is said here, else what the tokenizer
     * says but no more than there are positions; and never more than can be computed. Empty where
     * nothing says so, and the reference cuts no text.
     *
     * @param model {@code config.json}
     */
    OptionalInt maxTokens(JsonFile tokenizerConfig, JsonFile model, EncoderConfig encoder) {
        int limit = encoder.positionLimit();
        JsonNode text = json.get("processing_kwargs").path("text").path(MAX_LENGTH);
        JsonNode common = json.get("processing_kwargs").path("common").path(MAX_LENGTH);
        for (JsonNode length : List.of(common, text)) {
            if (length.canConvertToInt() && length.intValue() >= 1) {
                return OptionalInt.of(Math.min(length.intValue(), limit));
            }
        }
        if (json.has("max_seq_length")) {
            int length = json.count("max_seq_length", limit, 1, Integer.MAX_VALUE);
            return OptionalInt.of(Math.min(length, limit));
        }
        JsonNode argument = json.get("tokenizer_args").path("model_max_length");
        if (argument.canConvertToInt() && argument.intValue() >= 1) {
            return OptionalInt.of(Math.min(argument.intValue(), limit));
        }
        // T5 has no number of positions, so what its tokenizer says is not bounded by one.
        boolean unbounded =
                (encoder.modelType() == ModelType.T5 || encoder.modelType() == ModelType.MT5)
                        && !model.has("max_position_embeddings");
        OptionalInt positions =
                unbounded
                        ? OptionalInt.empty()
                        : OptionalInt.of(Math.min(encoder.maxPositionEmbeddings(), limit));
        if (!tokenizerConfig.has("model_max_length")) {
            return positions;
        }
        double length = tokenizerConfig.get("model_max_length").asDouble(-1);
        if (!(length >= 1)) { // nor NaN
            tokenizerConfig.problem("model_max_length", "a number from 1");
            return positions;
        }
        return length < NO_LIMIT
                ? OptionalInt.of((int) Math.min(length, positions.orElse(limit)))
                : positions;
    }

    /** Arguments that would change how the reference loads the model or its tokenizer. */
    private void checkArguments() {
        for (String key :
                List.of(
                        "model_args",
                        "model_kwargs",
                        "tokenizer_args",
                        "processor_kwargs",
                        "config_args",
                        "config_kwargs")) {
            for (Map.Entry<String, JsonNode> argument : json.get(key).properties()) {
                boolean length =
                        key.equals("tokenizer_args")
                                && argument.getKey().equals("model_max_length");
                if (!length && !HARMLESS.contains(argument.getKey())) {
                    json.problem(key, "no " + argument.getKey());
                }
            }
        }
        for (String key : List.of("query_length", "document_length", "query_expansion")) {
            if (json.has(key)) {
                json.problem(key, "null: it is for several vectors a text");
            }
        }
    }

    /** The encoder's last hidden states, of plain text, are what the next module gets. */
    private void checkOutput() {
        if (!json.text("transformer_task", "feature-extraction").equals("feature-extraction")) {
            json.problem("transformer_task", "feature-extraction");
        }
        if (!json.text("module_output_name", "token_embeddings").equals("token_embeddings")) {
            json.problem("module_output_name", "token_embeddings");
        }
        if (!json.has("modality_config")) {
            return;
        }
        JsonNode text = json.get("modality_config").path("text");
        boolean plain =
                text.path("method").asText().equals("forward")
                        && text.path("method_output_name").asText().equals("last_hidden_state")
                        && !json.get("modality_config").has("message");
        if (!plain) {
            json.problem("modality_config", "text: forward, last_hidden_state; no message");
        }
    }

    private void checkProcessing() {
        for (Map.Entry<String, JsonNode> kind : json.get("processing_kwargs").properties()) {
            if (!kind.getKey().equals("text") && !kind.getKey().equals("common")) {
                continue; // for other than text
            }
            for (Map.Entry<String, JsonNode> argument : kind.getValue().properties()) {
                boolean known =
                        switch (argument.getKey()) {
                            case MAX_LENGTH -> argument.getValue().asInt(0) >= 1;
                            case "truncation" ->
                                    argument.getValue().asText().equals("true")
                                            || argument.getValue().asText().equals("longest_first");
                            case "padding", "return_tensors", "pad_to_multiple_of" -> true;
                            default -> false;
                        };
                if (!known) {
                    json.problem(
                            "processing_kwargs", "max_length, truncation: true or padding only");
                }
            }
        }
    }
}
