package io.millrace.model.read;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.model.arch.EncoderConfig;
import io.millrace.model.tokenize.TokenizerJson;
import io.millrace.model.tokenize.TokenizerSafety;
import io.millrace.model.tokenize.TokenizerSettings;
import io.millrace.model.tokenize.Truncation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads {@code tokenizer.json} and applies what the reference takes from the files around it: <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/bert/tokenization_bert.py">tokenization_bert.py</a>
 * replaces the normalizer, <a
 * href="https://github.com/huggingface/sentence-transformers/blob/main/sentence_transformers/base/modules/transformer.py">transformer.py</a>
 * sets the length and lower case.
 */
final class TokenizerReader {
    private static final String CONFIG = "tokenizer_config.json";

    private final ModelFiles files;
    private final String folder;
    private final TransformerConfig transformer;
    private final JsonFile model;
    private final Problems problems;
    private final TokenizerFiles tokenizerFiles;
    private boolean lengthIsGiven;

    /**
     * Reads the tokenizer of one folder.
     *
     * @param folder where the tokenizer's files are: {@code ""} or ends with a slash
     * @param transformer what the pipeline says of it
     * @param model {@code config.json}
     */
    TokenizerReader(
            ModelFiles files,
            String folder,
            TransformerConfig transformer,
            JsonFile model,
            Problems problems) {
        this.files = files;
        this.folder = folder;
        this.transformer = transformer;
        this.model = model;
        this.problems = problems;
        this.tokenizerFiles = new TokenizerFiles(files, folder, problems);
    }

    /**
     * The settings.
     *
     * @param encoder what the model takes; empty: that could not be read, and then nor can this
     * @param prompt what goes before every text
     * @return empty when there is no tokenizer, which has been noted then
     */
    Optional<TokenizerSettings> read(Optional<EncoderConfig> encoder, String prompt) {
        JsonFile config = find(CONFIG).orElseGet(() -> empty(CONFIG));
        checkConfig(config);
        TokenizerClass type = TokenizerClass.of(config, model);
        Optional<TokenizerJson> json = tokenizerFiles.find(type);
        Truncation truncation = truncation(config, json);
        if (json.isEmpty()) {
            return Optional.empty();
        }
        DeclaredTokens tokens = declaredTokens(config, json.get());
        Optional<TokenizerJson> patched =
                patch(type, json.get(), config, tokens)
                        .map(j -> transformer.lowerCase() ? lowered(j) : j);
        OptionalInt length =
                encoder.map(e -> transformer.maxTokens(config, model, e))
                        .orElse(OptionalInt.empty());
        lengthIsGiven = length.isPresent();
        return encoder.flatMap(
                e ->
                        patched.map(
                                j -> {
                                    int maxTokens = length.orElse(TransformerConfig.UNGIVEN_LENGTH);
                                    return new TokenizerSettings(
                                            j.toString(),
                                            j.kind(),
                                            splitsAtSpaces(j),
                                            prompt,
                                            false,
                                            maxTokens,
                                            truncation,
                                            maxChars(j, maxTokens),
                                            e.vocabSize(),
                                            tokens.marks().stream()
                                                    .map(AddedToken::content)
                                                    .toList());
                                }));
    }

    private int maxChars(TokenizerJson json, int maxTokens) {
        TokenizerSafety.Result safety = TokenizerSafety.check(json, maxTokens);
        safety.problems()
                .forEach(
                        problem ->
                                problems.add(
                                        folder + TokenizerFiles.FILE,
                                        problem.expected(),
                                        problem.found()));
        return safety.maxChars();
    }

    /** After reading: whether anything says how many tokens a text may have. */
    boolean lengthIsGiven() {
        return lengthIsGiven;
    }

    private JsonFile empty(String fileName) {
        return JsonFile.empty(folder + fileName, problems);
    }

    private boolean splitsAtSpaces(TokenizerJson json) {
        return json.kind().equals("WordPiece")
                && isType("BertPreTokenizer", json, "pre_tokenizer")
                && !json.get("normalizer").orElse("").contains("\"pattern\"");
    }

    private boolean isType(String type, TokenizerJson json, String key) {
        return tokenizerFiles.part(json, key).path("type").asText().equals(type);
    }

    /** What would change the ids and cannot be said in {@code tokenizer.json}. */
    private static void checkConfig(JsonFile config) {
        if (config.flag("split_special_tokens", false)) {
            config.problem("split_special_tokens", "false");
        }
        if (config.flag("fix_mistral_regex", false)) {
            config.problem("fix_mistral_regex", "false; saving with transformers 5 fixes it");
        }
    }

    private DeclaredTokens declaredTokens(JsonFile config, TokenizerJson json) {
        return DeclaredTokens.read(
                config,
                find("special_tokens_map.json")
                        .filter(file -> !config.has("added_tokens_decoder"))
                        .orElseGet(() -> empty("special_tokens_map.json")),
                find("added_tokens.json")
                        .filter(file -> !config.has("added_tokens_decoder"))
                        .orElseGet(() -> empty("added_tokens.json")),
                tokenizerFiles.added(json));
    }

    /** As the reference's class makes it. */
    private Optional<TokenizerJson> patch(
            TokenizerClass type, TokenizerJson json, JsonFile config, DeclaredTokens tokens) {
        Vocabulary vocabulary;
        try {
            vocabulary = Vocabulary.parse(json.model("vocab").orElse("{}"));
        } catch (JsonProcessingException e) {
            problems.add(folder + TokenizerFiles.FILE, "a vocabulary", e.getOriginalMessage());
            return Optional.empty();
        }
        if (type == TokenizerClass.AS_IT_IS || type == TokenizerClass.LLAMA) {
            addPadding(
                    tokens, json); // the other classes have one of their own, or say there is none
        }
        if (type == TokenizerClass.AS_IT_IS) {
            TokenIds ids = new TokenIds(vocabulary.ids());
            for (JsonNode token : tokenizerFiles.added(json)) {
                AddedToken.of(token).ifPresent(ids::add);
            }
            add(tokens, ids);
            return Optional.of(json.with("added_tokens", ids.toJson().toString()).forEncoding());
        }
        if (!type.kind().equals(json.kind())) {
            problems.add(
                    folder + TokenizerFiles.FILE,
                    "model: %s, which the tokenizer's class makes".formatted(type.kind()),
                    json.kind());
            return Optional.empty();
        }
        String text =
                new TokenizerRebuild(type, json, tokenizerFiles, config, tokens, vocabulary)
                        .build();
        try {
            return Optional.of(TokenizerJson.parse(text));
        } catch (JsonProcessingException e) {
            problems.add(folder + TokenizerFiles.FILE, "a tokenizer", e.getOriginalMessage());
            return Optional.empty();
        }
    }

    /** The token that {@code tokenizer.json} pads with is a mark, where nobody names another. */
    private void addPadding(DeclaredTokens tokens, TokenizerJson json) {
        JsonNode padding = tokenizerFiles.part(json, "padding").path("pad_token");
        if (padding.isTextual()) {
            tokens.byDefault("pad_token", padding.textValue());
        }
    }

    /** First the added tokens in the order of their ids, then marks that are not among them. */
    static void add(DeclaredTokens tokens, TokenIds ids) {
        List<AddedToken> all = new ArrayList<>(tokens.added().values());
        for (AddedToken mark : tokens.marks()) {
            String content = mark.content();
            boolean known =
                    ids.isAdded(content)
                            || all.stream().anyMatch(token -> token.content().equals(content));
            if (!known) {
                all.add(mark);
            }
        }
        for (AddedToken token : all) {
            ids.add(tokens.isNamed(token.content()) ? token.asSpecial() : token);
        }
    }

    private Optional<JsonFile> find(String fileName) {
        String name = folder + fileName;
        return files.find(name).flatMap(file -> JsonFile.read(name, file, problems));
    }

    /** The side that {@code tokenizer.json} names counts where nobody names another. */
    private Truncation truncation(JsonFile tokenizerConfig, Optional<TokenizerJson> json) {
        String stored =
                json.map(
                                j ->
                                        tokenizerFiles
                                                .part(j, "truncation")
                                                .path("direction")
                                                .asText("right"))
                        .orElse("right")
                        .toLowerCase(Locale.ROOT);
        return switch (tokenizerConfig.text("truncation_side", stored)) {
            case "right" -> Truncation.RIGHT;
            case "left" -> Truncation.LEFT;
            default -> {
                tokenizerConfig.problem("truncation_side", "right or left");
                yield Truncation.RIGHT;
            }
        };
    }

    /** Lower case before everything else, unless it is among what is done already. */
    private TokenizerJson lowered(TokenizerJson json) {
        JsonNode stored = tokenizerFiles.part(json, "normalizer");
        List<JsonNode> steps = new ArrayList<>(List.of(stored));
        stored.path("normalizers").forEach(steps::add);
        if (steps.stream().anyMatch(step -> step.path("type").asText().equals("Lowercase"))) {
            return json;
        }
        String lowercase = "{\"type\":\"Lowercase\"}";
        return json.with(
                "normalizer",
                json.get("normalizer")
                        .map(
                                normalizer ->
                                        "{\"type\":\"Sequence\",\"normalizers\":[%s,%s]}"
                                                .formatted(lowercase, normalizer))
                        .orElse(lowercase));
    }
}
