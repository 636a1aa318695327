package io.millrace.model.testing;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A small model directory and what the reference makes of it; written by {@code
 * src/test/golden/make_goldens.py}.
 *
 * @param directory the model directory
 * @param expected what the reference says
 */
public record Golden(Path directory, Expected expected) {
    private static final JsonMapper JSON =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    /**
     * The contents of {@code expected.json}.
     *
     * @param texts what was encoded
     * @param ids token ids of each text, special tokens included, cut as the reference does
     * @param maxSeqLength most tokens of one text
     * @param embeddings one vector a text
     * @param tokenEmbeddings last hidden states of the first text, {@code [tokens][hidden]}
     * @param base the case that an adapter is for; null: it is no adapter
     * @param queryEmbeddings one vector a text with the prompt named "query" before it; null where
     *     there is none
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Expected(
            List<String> texts,
            int[][] ids,
            @JsonProperty("max_seq_length") int maxSeqLength,
            float[][] embeddings,
            @JsonProperty("token_embeddings") float[][] tokenEmbeddings,
            @Nullable String base,
            @JsonProperty("query_embeddings") float @Nullable [][] queryEmbeddings) {}

    /** The case of this name. */
    public static Golden of(String name) {
        return of(root().resolve(name));
    }

    /**
     * All cases, in alphabetical order; of another folder when the property {@code golden} names
     * one.
     */
    public static List<Golden> all() {
        String other = System.getProperty("golden");
        return all(other == null ? root() : Path.of(other));
    }

    /**
     * LoRA adapters and what the reference makes of them and their bases; written by {@code
     * src/test/golden/make_lora_goldens.py}.
     */
    public static List<Golden> adapters() {
        return all(root().resolveSibling("golden-lora"));
    }

    /** The adapter of this name. */
    public static Golden adapter(String name) {
        return of(root().resolveSibling("golden-lora").resolve(name));
    }

    /** All cases of a folder, in alphabetical order. */
    public static List<Golden> all(Path root) {
        try (Stream<Path> cases = Files.list(root)) {
            return cases.filter(path -> Files.exists(path.resolve("expected.json")))
                    .sorted()
                    .map(Golden::of)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Golden of(Path directory) {
        try {
            Path expected = directory.resolve("expected.json");
            return new Golden(directory, JSON.readValue(expected.toFile(), Expected.class));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One case of each {@code model_type}, in the order of their names. */
    public static List<Golden> onePerModelType() {
        Map<String, Golden> cases = new TreeMap<>();
        for (Golden golden : all()) {
            try {
                Path config = golden.directory().resolve("config.json");
                String type = JSON.readTree(config.toFile()).path("model_type").asText();
                cases.merge(
                        type, golden, (a, b) -> a.toString().compareTo(b.toString()) < 0 ? a : b);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return List.copyOf(cases.values());
    }

    private static Path root() {
        try {
            URL url = Objects.requireNonNull(Golden.class.getResource("/golden"), "/golden");
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String toString() {
        return String.valueOf(directory.getFileName());
    }
}
