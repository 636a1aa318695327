package io.millrace.model.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.model.arch.EncoderConfig;
import io.millrace.model.arch.ModelType;
import io.millrace.model.tokenize.HuggingFaceTokenizer;
import io.millrace.model.tokenize.TokenizerSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@code tokenizer_config.json} and its neighbours change: the same ids as transformers gives,
 * for each of its classes. Written by {@code src/test/golden/make_tokenizer_goldens.py}.
 */
class TokenizerGoldenTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Goldens GOLDENS = read();

    /** Of a model that takes any length and knows any id; tokenizers do not ask for more. */
    private static final EncoderConfig ENCODER =
            new EncoderConfig(ModelType.BERT, 1 << 20, 8, 1, 1, 8, 1000, 1000, 0, false);

    @TempDir Path temp;

    /** {@code cases.json}. */
    private record Goldens(List<String> texts, String prompt, Map<String, Case> cases) {}

    /** A directory and what is made of it. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Case(
            String base,
            JsonNode config,
            Map<String, JsonNode> files,
            int[][] ids,
            int[] cut,
            @JsonProperty("prompt_length") int promptLength) {}

    static List<String> cases() {
        return List.copyOf(GOLDENS.cases().keySet());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesTheIdsThatTheReferenceGives(String name) throws IOException {
        Case golden = Objects.requireNonNull(GOLDENS.cases().get(name));
        write(golden);
        try (HuggingFaceTokenizer tokenizer = open(settings())) {
            for (int i = 0; i < golden.ids().length; i++) {
                assertThat(tokenizer.tokenize(GOLDENS.texts().get(i)).ids())
                        .as("text %d", i)
                        .containsExactly(golden.ids()[i]);
            }
            assertThat(tokenizer.promptTokens(GOLDENS.prompt())).isEqualTo(golden.promptLength());
        }
        TokenizerSettings settings = settings();
        try (HuggingFaceTokenizer tokenizer = open(settings.withCut(9, settings.truncation()))) {
            String longest =
                    GOLDENS.texts().stream()
                            .max(
                                    Comparator.comparingInt(
                                            text -> text.codePointCount(0, text.length())))
                            .orElseThrow();
            assertThat(tokenizer.tokenize(longest).ids()).as("cut").containsExactly(golden.cut());
        }
    }

    private TokenizerSettings settings() {
        Problems problems = new Problems(temp);
        JsonFile model =
                JsonFile.read("config.json", temp.resolve("config.json"), problems).orElseThrow();
        ModelFiles files = new ModelFiles(temp, problems);
        Optional<TokenizerSettings> settings =
                new TokenizerReader(
                                files,
                                "",
                                TransformerConfig.read(files, "", problems),
                                model,
                                problems)
                        .read(Optional.of(ENCODER), "");
        problems.throwIfAny();
        return settings.orElseThrow();
    }

    private static HuggingFaceTokenizer open(TokenizerSettings settings) {
        return HuggingFaceTokenizer.open(settings);
    }

    private void write(Case golden) throws IOException {
        Files.writeString(temp.resolve("config.json"), golden.config().toString());
        String tokenizer = Files.readString(root().resolve("bases/" + golden.base() + ".json"));
        boolean old = golden.files().values().stream().anyMatch(JsonNode::isNull);
        if (!old) {
            Files.writeString(temp.resolve("tokenizer.json"), tokenizer);
        }
        for (Map.Entry<String, JsonNode> file : golden.files().entrySet()) {
            JsonNode content = file.getValue();
            Files.writeString(
                    temp.resolve(file.getKey()),
                    content.isNull()
                            ? vocabularyFile(file.getKey(), JSON.readTree(tokenizer).path("model"))
                            : content.toString());
        }
    }

    /** What slow tokenizers wrote. */
    private static String vocabularyFile(String name, JsonNode model) {
        StringBuilder text = new StringBuilder();
        switch (name) {
            case "vocab.txt" ->
                    model.path("vocab").properties().stream()
                            .sorted(Comparator.comparingInt(entry -> entry.getValue().asInt()))
                            .forEach(entry -> text.append(entry.getKey()).append('\n'));
            case "vocab.json" -> text.append(model.path("vocab"));
            default -> {
                text.append("#version: 0.2\n");
                model.path("merges")
                        .forEach(
                                pair ->
                                        text.append(pair.get(0).asText())
                                                .append(' ')
                                                .append(pair.get(1).asText())
                                                .append('\n'));
            }
        }
        return text.toString();
    }

    private static Goldens read() {
        try {
            return JSON.readValue(root().resolve("cases.json").toFile(), Goldens.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path root() {
        try {
            URL url =
                    Objects.requireNonNull(
                            TokenizerGoldenTest.class.getResource("/golden-tokenizers"));
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
