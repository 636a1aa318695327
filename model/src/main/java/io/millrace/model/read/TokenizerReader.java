package io.millrace.model.read;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.millrace.model.arch.EncoderConfig;
import io.millrace.model.tokenize.TokenizerJson;
import io.millrace.model.tokenize.TokenizerSettings;
import io.millrace.model.tokenize.Truncation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads {@code tokenizer.json} and applies what the reference takes from the files around it: <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/bert/tokenization_bert.py">tokenization_bert.py</a>
 * replaces the normalizer, <a
 * href="https://github.com/huggingface/sentence-transformers/blob/main/sentence_transformers/base/modules/transformer.py">transformer.py</a>
 * sets the length and lower case.
 */
final class TokenizerReader {
    private static final String FILE = "tokenizer.json";
    private static final String CONFIG = "tokenizer_config.json";
    private static final long MAX_BYTES = 256L << 20;

    /** Classes that build the normalizer from their own options, whatever tokenizer.json says. */
    private static final Set<String> BERT_CLASSES =
            Set.of(
                    "BertTokenizer",
                    "BertTokenizerFast",
                    "DistilBertTokenizer",
                    "DistilBertTokenizerFast",
                    "ElectraTokenizer",
                    "ElectraTokenizerFast");

    private static final List<String> TRANSFORMER_CONFIGS =
            List.of(
                    "sentence_bert_config.json",
                    "sentence_roberta_config.json",
                    "sentence_distilbert_config.json",
                    "sentence_camembert_config.json",
                    "sentence_albert_config.json",
                    "sentence_xlm-roberta_config.json",
                    "sentence_xlnet_config.json");

    private final ModelFiles files;
    private final String folder;
    private final Problems problems;

    /**
     * Reads the tokenizer of one folder.
     *
     * @param folder where the transformer's files are: {@code ""} or ends with a slash
     */
    TokenizerReader(ModelFiles files, String folder, Problems problems) {
        this.files = files;
        this.folder = folder;
        this.problems = problems;
    }

    /** The settings; empty when there is no tokenizer or no configuration of the encoder. */
    Optional<TokenizerSettings> read(Optional<EncoderConfig> encoder, String prompt) {
        Optional<TokenizerJson> json = json(folder + FILE);
        JsonFile config = find(CONFIG).orElseGet(() -> JsonFile.empty(folder + CONFIG, problems));
        JsonFile transformer = transformerConfig();
        checkArguments(transformer);
        Truncation truncation = truncation(config);
        Optional<TokenizerJson> patched = json.map(j -> patch(j, config, transformer));
        return encoder.flatMap(
                e ->
                        patched.map(
                                j ->
                                        new TokenizerSettings(
                                                j.toString(),
                                                j.kind(),
                                                splitsAtSpaces(j),
                                                prompt,
                                                false,
                                                maxTokens(transformer, config, e),
                                                truncation,
                                                e.vocabSize())));
    }

    private static boolean splitsAtSpaces(TokenizerJson json) {
        return json.kind().equals("WordPiece")
                && json.get("pre_tokenizer").orElse("").contains("\"BertPreTokenizer\"");
    }

    private static TokenizerJson patch(TokenizerJson json, JsonFile config, JsonFile transformer) {
        TokenizerJson patched = withBertNormalizer(json, config);
        if (transformer.flag("do_lower_case", false)) {
            patched = lowered(patched);
        }
        return patched.with("truncation", "null").with("padding", "null");
    }

    private Optional<TokenizerJson> json(String name) {
        Optional<Path> file = files.find(name);
        if (file.isEmpty()) {
            problems.add(name, "the tokenizer", "no such file");
            return Optional.empty();
        }
        try {
            long size = Files.size(file.get());
            if (size > MAX_BYTES) {
                problems.add(name, "at most %d bytes".formatted(MAX_BYTES), size + " bytes");
                return Optional.empty();
            }
            return Optional.of(TokenizerJson.parse(Files.readString(file.get())));
        } catch (JsonProcessingException e) {
            problems.add(name, "JSON", e.getOriginalMessage());
        } catch (IOException e) {
            problems.add(name, "a readable UTF-8 file", e.toString());
        }
        return Optional.empty();
    }

    private Optional<JsonFile> find(String fileName) {
        String name = folder + fileName;
        return files.find(name).flatMap(file -> JsonFile.read(name, file, problems));
    }

    /** Only sentence-transformers writes it, and reads it only beside modules.json. */
    private JsonFile transformerConfig() {
        return TRANSFORMER_CONFIGS.stream()
                .filter(name -> files.exists(Module.FILE))
                .map(this::find)
                .flatMap(Optional::stream)
                .findFirst()
                .orElseGet(() -> JsonFile.empty(folder + TRANSFORMER_CONFIGS.get(0), problems));
    }

    /** Arguments that would change how the reference loads the model or its tokenizer. */
    private static void checkArguments(JsonFile transformer) {
        for (String key :
                List.of(
                        "model_args",
                        "model_kwargs",
                        "tokenizer_args",
                        "processor_kwargs",
                        "config_args",
                        "config_kwargs")) {
            boolean harmless =
                    transformer.get(key).properties().stream()
                            .allMatch(argument -> argument.getKey().equals("trust_remote_code"));
            if (!harmless) {
                transformer.problem(key, "no arguments");
            }
        }
    }

    /** The reference's order, but never more than there are positions. */
    private static int maxTokens(
            JsonFile transformer, JsonFile tokenizerConfig, EncoderConfig encoder) {
        int positions = encoder.maxPositionEmbeddings();
        int set = transformer.count("max_seq_length", positions, 1, Integer.MAX_VALUE);
        if (transformer.has("max_seq_length")) {
            return Math.min(set, positions);
        }
        if (!tokenizerConfig.has("model_max_length")) {
            return positions;
        }
        // Those without a limit have 1e30 here.
        double length = tokenizerConfig.get("model_max_length").asDouble(-1);
        if (length < 1) {
            tokenizerConfig.problem("model_max_length", "a number from 1");
        }
        return (int) Math.max(1, Math.min(length, positions));
    }

    private static Truncation truncation(JsonFile tokenizerConfig) {
        return switch (tokenizerConfig.text("truncation_side", "right")) {
            case "right" -> Truncation.RIGHT;
            case "left" -> Truncation.LEFT;
            default -> {
                tokenizerConfig.problem("truncation_side", "right or left");
                yield Truncation.RIGHT;
            }
        };
    }

    private static TokenizerJson withBertNormalizer(TokenizerJson json, JsonFile config) {
        // Without a class, the reference takes the one that belongs to the model type.
        if (!BERT_CLASSES.contains(config.text("tokenizer_class", "BertTokenizer"))) {
            return json;
        }
        String stripAccents =
                config.has("strip_accents")
                        ? String.valueOf(config.flag("strip_accents", false))
                        : "null";
        return json.with(
                "normalizer",
                """
                {"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":%s,\
                "strip_accents":%s,"lowercase":%s}"""
                        .formatted(
                                config.flag("tokenize_chinese_chars", true),
                                stripAccents,
                                config.flag("do_lower_case", true)));
    }

    /** Lower case before everything else. */
    private static TokenizerJson lowered(TokenizerJson json) {
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
