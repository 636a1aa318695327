package io.millrace.model.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.model.arch.EncoderConfig;
import io.millrace.model.arch.ModelType;
import io.millrace.model.tokenize.HuggingFaceTokenizer;
import io.millrace.model.tokenize.TokenizerSettings;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every combination of {@code extra_special_tokens} and {@code additional_special_tokens} in {@code
 * tokenizer_config.json} and beside it, with the ids that transformers gives. Written by {@code
 * src/test/golden/make_special_token_goldens.py}.
 */
class SpecialTokensTest {
    private static final JsonMapper JSON = new JsonMapper();
    private static final EncoderConfig ENCODER =
            new EncoderConfig(ModelType.BERT, 1 << 20, 8, 1, 1, 8, 1000, 1000, 0, false);

    @TempDir Path temp;

    /**
     * What the script writes.
     *
     * @param names a character for each outcome
     */
    private record Table(
            String text,
            String names,
            List<ObjectNode> configs,
            List<ObjectNode> beside,
            Map<String, OfClass> classes) {}

    /**
     * What one of the reference's classes makes of all combinations.
     *
     * @param rows a string for each configuration, a character for each neighbour
     * @param outcomes ids; null where the reference cannot read the directory
     */
    private record OfClass(
            String base,
            @JsonProperty("model_type") String modelType,
            ObjectNode options,
            List<String> rows,
            List<JsonNode> outcomes) {}

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BertTokenizer",
                "PreTrainedTokenizerFast",
                "CamembertTokenizer",
                "T5Tokenizer",
                "Qwen2Tokenizer"
            })
    void giveTheIdsThatTheReferenceGives(String name) throws IOException {
        Table table =
                JSON.readValue(resource("golden-special-tokens/table.json").toFile(), Table.class);
        OfClass expected = Objects.requireNonNull(table.classes().get(name));
        Files.copy(
                resource("golden-tokenizers/bases/%s.json".formatted(expected.base())),
                temp.resolve("tokenizer.json"));
        Map<String, String> ids = new HashMap<>(); // few tokenizers come out of many directories
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < table.configs().size(); i++) {
            for (int j = 0; j < table.beside().size(); j++) {
                int outcome = table.names().indexOf(expected.rows().get(i).charAt(j));
                JsonNode right = expected.outcomes().get(outcome);
                ObjectNode config = expected.options().deepCopy().put("tokenizer_class", name);
                config.setAll(table.configs().get(i));
                Optional<TokenizerSettings> settings =
                        settings(expected.modelType(), config, table.beside().get(j));
                String found =
                        settings.map(s -> ids.computeIfAbsent(s.json(), k -> ids(s, table.text())))
                                .orElse("null");
                if (!found.equals(right.toString())) {
                    wrong.add(
                            "%s beside %s: expected %s, found %s"
                                    .formatted(config, table.beside().get(j), right, found));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private Optional<TokenizerSettings> settings(
            String modelType, ObjectNode config, ObjectNode beside) throws IOException {
        Problems problems = new Problems(temp);
        List<Path> written = new ArrayList<>(List.of(temp.resolve("tokenizer_config.json")));
        for (Map.Entry<String, JsonNode> entry : beside.properties()) {
            if (entry.getKey().endsWith(".json")) {
                written.add(temp.resolve(entry.getKey()));
                Files.writeString(temp.resolve(entry.getKey()), entry.getValue().toString());
            } else {
                config.set(entry.getKey(), entry.getValue());
            }
        }
        Files.writeString(temp.resolve("tokenizer_config.json"), config.toString());
        ObjectNode model = JSON.createObjectNode().put("model_type", modelType);
        ModelFiles files = new ModelFiles(temp, problems);
        Optional<TokenizerSettings> settings =
                new TokenizerReader(
                                files,
                                "",
                                TransformerConfig.read(files, "", problems),
                                new JsonFile("config.json", model, problems),
                                problems)
                        .read(Optional.of(ENCODER), "");
        for (Path file : written) {
            Files.delete(file);
        }
        return problems.count() == 0 ? settings : Optional.empty();
    }

    private static String ids(TokenizerSettings settings, String text) {
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.open(settings)) {
            return JSON.valueToTree(tokenizer.tokenize(text).ids()).toString();
        }
    }

    private static Path resource(String name) {
        try {
            URL url = SpecialTokensTest.class.getResource("/" + name);
            return Path.of(Objects.requireNonNull(url, name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
