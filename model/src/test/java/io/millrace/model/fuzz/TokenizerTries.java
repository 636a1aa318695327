package io.millrace.model.fuzz;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.model.ModelException;
import io.millrace.model.read.ModelDirectory;
import io.millrace.model.testing.ModelCopy;
import io.millrace.model.tokenize.HuggingFaceTokenizer;
import io.millrace.model.tokenize.TextException;
import io.millrace.model.tokenize.Tokenizer;
import io.millrace.model.tokenize.TokenizerSettings;
import io.millrace.model.tokenize.Truncation;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Opens made-up tokenizers and gives them made-up texts, in a process of its own, since what is
 * looked for ends the process. The last seed in its log is the one that did it; {@code SEED 1 DIR
 * LOG} tries that one alone.
 */
public final class TokenizerTries {
    private static final int TEXTS = 8;
    private static final List<Truncation> TRUNCATIONS = List.of(Truncation.values());
    private static final Map<String, List<String>> CLASSES =
            Map.of(
                    "WordPiece", List.of("BertTokenizer", "MPNetTokenizer"),
                    "BPE", List.of("RobertaTokenizer", "Qwen2Tokenizer", "GemmaTokenizer"),
                    "Unigram", List.of("XLMRobertaTokenizer", "DebertaV2Tokenizer", "T5Tokenizer"),
                    "WordLevel", List.of("PreTrainedTokenizerFast"));

    /** Half a surrogate pair can be said in JSON, but not in UTF-8. */
    private static final JsonMapper ASCII =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final ModelCopy model;
    private int opened;
    private int tokenized;
    private int refused;
    private long slowest;

    private TokenizerTries(ModelCopy model) {
        this.model = model;
    }

    /**
     * Tries.
     *
     * @param args the first seed, how many, an empty directory, and a file to append to
     */
    public static void main(String[] args) throws IOException {
        long seed = Long.parseLong(args[0]);
        Path directory = Path.of(args[2]);
        TokenizerTries tries = new TokenizerTries(ModelCopy.of("bert-mean", directory));
        try (BufferedWriter log =
                Files.newBufferedWriter(
                        Path.of(args[3]), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (int i = 0; i < Integer.parseInt(args[1]); i++) {
                log.write("seed " + (seed + i) + "\n");
                log.flush();
                tries.run(new Random(seed + i));
            }
            log.write(
                    "opened %d, tokenized %d texts, refused %d, slowest text %d ms%n"
                            .formatted(
                                    tries.opened,
                                    tries.tokenized,
                                    tries.refused,
                                    TimeUnit.NANOSECONDS.toMillis(tries.slowest)));
        }
    }

    private void run(Random random) throws IOException {
        ObjectNode json = new RandomTokenizer(random).make();
        Files.writeString(
                model.directory().resolve("tokenizer.json"), ASCII.writeValueAsString(json));
        List<String> classes = CLASSES.getOrDefault(json.at("/model/type").asText(), List.of());
        String type =
                random.nextInt(3) > 0
                        ? "PreTrainedTokenizerFast"
                        : classes.get(random.nextInt(classes.size()));
        model.edit("tokenizer_config.json", config -> config.put("tokenizer_class", type));
        TokenizerSettings settings;
        try {
            settings = ModelDirectory.open(model.directory()).tokenizer();
        } catch (ModelException e) {
            return;
        }
        Truncation truncation = TRUNCATIONS.get(random.nextInt(TRUNCATIONS.size()));
        try (Tokenizer tokenizer = HuggingFaceTokenizer.open(settings.withCut(64, truncation))) {
            opened++;
            for (int i = 0; i < TEXTS; i++) {
                tokenize(tokenizer, new RandomText(random).text());
            }
        } catch (IllegalArgumentException e) {
            // What the library cannot read is refused by a message of its own.
        }
    }

    private void tokenize(Tokenizer tokenizer, String text) {
        long begin = System.nanoTime();
        try {
            tokenizer.tokenize(text);
            tokenized++;
        } catch (TextException e) {
            refused++;
        }
        slowest = Math.max(slowest, System.nanoTime() - begin);
    }
}
