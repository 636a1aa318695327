package io.millrace.model.read;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.model.tokenize.TokenizerJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Finds a tokenizer: {@code tokenizer.json}, or the vocabulary that older versions wrote instead.
 */
final class TokenizerFiles {
    static final String FILE = "tokenizer.json";

    private static final long MAX_BYTES = 256L << 20;
    private static final JsonMapper JSON = new JsonMapper();

    private final ModelFiles files;
    private final String folder;
    private final Problems problems;

    TokenizerFiles(ModelFiles files, String folder, Problems problems) {
        this.files = files;
        this.folder = folder;
        this.problems = problems;
    }

    /** The tokenizer; what there is instead of one is noted. */
    Optional<TokenizerJson> find(TokenizerClass type) {
        if (files.find(folder + FILE).isPresent()) {
            return read(FILE).flatMap(text -> parse(FILE, text));
        }
        return switch (type) {
            case BERT, MPNET -> wordPiece();
            case ROBERTA, GPT2, QWEN2 -> bytePairs();
            case AS_IT_IS, LLAMA, GEMMA, XLM_ROBERTA, CAMEMBERT, ALBERT, T5, DEBERTA_V2 -> {
                missing("the tokenizer");
                yield Optional.empty();
            }
        };
    }

    private Optional<TokenizerJson> wordPiece() {
        if (!files.exists(folder + "vocab.txt")) {
            missing("the tokenizer, or vocab.txt");
            return Optional.empty();
        }
        return read("vocab.txt")
                .map(
                        text -> {
                            ObjectNode tokenizer = JSON.createObjectNode();
                            ObjectNode model =
                                    tokenizer.putObject("model").put("type", "WordPiece");
                            ObjectNode vocabulary = model.putObject("vocab");
                            int id = 0;
                            for (String line : text.lines().toList()) {
                                vocabulary.put(line.stripTrailing(), id);
                                id++;
                            }
                            return tokenizer.toString();
                        })
                .flatMap(text -> parse("vocab.txt", text));
    }

    private Optional<TokenizerJson> bytePairs() {
        if (!files.exists(folder + "vocab.json") || !files.exists(folder + "merges.txt")) {
            missing("the tokenizer, or vocab.json and merges.txt");
            return Optional.empty();
        }
        Optional<ArrayNode> merges = read("merges.txt").flatMap(this::merges);
        return read("vocab.json")
                .flatMap(
                        vocabulary ->
                                merges.map(
                                        m ->
                                                "{\"model\":{\"type\":\"BPE\",\"vocab\":%s,\"merges\":%s}}"
                                                        .formatted(vocabulary, m)))
                .flatMap(text -> parse("vocab.json", text));
    }

    private Optional<ArrayNode> merges(String text) {
        ArrayNode merges = JSON.createArrayNode();
        for (String line : text.lines().toList()) {
            if (line.startsWith("#version")) {
                continue;
            }
            List<String> pair = List.of(line.split(" ", -1));
            if (pair.size() != 2) {
                problems.add(
                        folder + "merges.txt",
                        "two tokens with a space between on every line",
                        "line %d".formatted(merges.size() + 1));
                return Optional.empty();
            }
            merges.add(String.join(" ", pair));
        }
        return Optional.of(merges);
    }

    /** A sentencepiece model is in a language of its own; the reference can translate it. */
    private void missing(String expected) {
        boolean sentencePiece =
                List.of(
                                "tokenizer.model",
                                "spiece.model",
                                "spm.model",
                                "sentencepiece.bpe.model",
                                "tekken.json",
                                "tiktoken.model")
                        .stream()
                        .anyMatch(name -> files.exists(folder + name));
        problems.add(
                folder + FILE,
                expected,
                sentencePiece
                        ? "only a sentencepiece or tiktoken model; this writes tokenizer.json beside"
                                + " it: python -c \"from transformers import AutoTokenizer as T;"
                                + " T.from_pretrained('DIR').save_pretrained('DIR')\""
                        : "no such file");
    }

    /** The added tokens of {@code tokenizer.json}. */
    JsonNode added(TokenizerJson json) {
        return part(json, "added_tokens");
    }

    /** One part as a tree; {@code null} in JSON when it is absent. */
    JsonNode part(TokenizerJson json, String key) {
        try {
            return JSON.readTree(json.get(key).orElse("null"));
        } catch (JsonProcessingException e) {
            problems.add(folder + FILE, key + ": JSON", JsonFile.malformed(e));
            return NullNode.instance;
        }
    }

    private Optional<TokenizerJson> parse(String name, String text) {
        try {
            return Optional.of(TokenizerJson.parse(text));
        } catch (JsonProcessingException e) {
            problems.add(folder + name, "JSON", JsonFile.malformed(e));
            return Optional.empty();
        }
    }

    private Optional<String> read(String fileName) {
        String name = folder + fileName;
        Optional<Path> file = files.find(name);
        try {
            if (file.isEmpty()) {
                return Optional.empty();
            }
            long size = Files.size(file.get());
            if (size > MAX_BYTES) {
                problems.add(name, "at most %d bytes".formatted(MAX_BYTES), size + " bytes");
                return Optional.empty();
            }
            return Optional.of(Files.readString(file.get()));
        } catch (IOException e) {
            problems.add(name, "a readable UTF-8 file", e.toString());
            return Optional.empty();
        }
    }
}
