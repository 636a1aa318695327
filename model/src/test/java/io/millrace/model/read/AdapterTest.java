package io.millrace.model.read;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.model.ModelException;
import io.millrace.model.arch.Weight;
import io.millrace.model.testing.Golden;
import io.millrace.model.testing.ModelCopy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What of an adapter is refused, and where its base is found; GoldenTest says what it gives. */
class AdapterTest {
    private static final String CONFIG = "adapter_config.json";
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final Path BASE = Golden.of("bert-mean").directory();

    @TempDir Path temp;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"peft_type\":\"LOHA\"",
                "\"use_qalora\":true",
                "\"trainable_token_indices\":[1,2]",
                "\"alora_invocation_tokens\":[7]",
                "\"layer_replication\":[[0,1]]",
                "\"target_parameters\":[\"experts\"]",
                "\"loftq_config\":{\"loftq_bits\":4}",
                "\"init_lora_weights\":\"pissa_niter_4\"",
                "\"r\":0",
                "\"lora_alpha\":\"8\"",
                "\"alpha_pattern\":{\"(\":4}",
                "\"rank_pattern\":{\"query\":\"4\"}",
                "\"use_what_comes_next_year\":1"
            })
    void aSettingThatIsNotSupportedIsNamed(String setting) {
        String key = setting.substring(1, setting.indexOf('"', 1));
        ModelCopy adapter =
                adapter("query-value").edit(CONFIG, config -> config.setAll(parse(setting)));
        assertThat(problems(adapter))
                .singleElement()
                .asString()
                .startsWith("adapter/adapter_config.json: expected " + key + ": ");
    }

    @Test
    void aTensorThatChangesNothingIsNamed() throws IOException {
        ModelCopy adapter = renamed("query-value", "layer.2.", "layer.9.");
        assertThat(problems(adapter))
                .hasSize(2)
                .first()
                .asString()
                .isEqualTo(
                        "adapter/adapter_model.safetensors: expected a tensor of the base for each"
                                + " of the adapter's, found none for"
                                + " base_model.model.encoder.layer.9.attention.self.query.lora_A.weight");
    }

    @Test
    void aTensorOfAnotherKindIsNamed() throws IOException {
        ModelCopy adapter =
                renamed(
                        "query-value",
                        "layer.0.attention.self.query.lora_B",
                        "layer.0.attention.self.query.hada_b");
        assertThat(problems(adapter))
                .containsExactlyInAnyOrder(
                        "adapter/adapter_model.safetensors: expected a tensor of the base for each"
                                + " of the adapter's, found none for"
                                + " base_model.model.encoder.layer.0.attention.self.query.hada_b.weight",
                        "adapter/adapter_model.safetensors: expected two matrices for"
                                + " encoder.layer.0.attention.self.query, found only"
                                + " base_model.model.encoder.layer.0.attention.self.query.lora_A.weight");
    }

    @Test
    void aRankThatTheTensorsDoNotHaveIsRefused() {
        ModelCopy adapter = adapter("one-layer").edit(CONFIG, config -> config.put("r", 3));
        assertThat(problems(adapter))
                .contains(
                        "adapter/adapter_model.safetensors: expected tensor"
                                + " base_model.model.encoder.layer.1.attention.self.value.lora_A.weight"
                                + " [3, 32], found [4, 32]");
    }

    @Test
    void anExpressionThatTakesForEverIsRefused() {
        String endless = ".*.*.*.*.*.*.*.*x";
        ModelCopy adapter =
                adapter("one-layer")
                        .edit(CONFIG, config -> config.putObject("rank_pattern").put(endless, 4));
        assertThat(problems(adapter)).allSatisfy(problem -> assertThat(problem).contains("steps"));
    }

    @Test
    void lengthsAreGivenWhereTheConfigurationSaysSo() {
        ModelCopy without =
                adapter("one-layer").edit(CONFIG, config -> config.put("use_dora", true));
        assertThat(problems(without))
                .containsExactly(
                        "adapter/adapter_model.safetensors: expected a lora_magnitude_vector of"
                                + " encoder.layer.1.attention.self.value, found none");
    }

    @Test
    void anAdapterIsNotABase() {
        ModelCopy base = ModelCopy.of("bert-mean", temp.resolve("base")).write(CONFIG, "{}");
        assertThatThrownBy(
                        () ->
                                ModelDirectory.open(
                                        base.directory(), adapter("one-layer").directory()))
                .hasMessageContaining(
                        "adapter_config.json: expected a base without an adapter of its own, as"
                                + " another is given, found one");
    }

    @Test
    void aPickleIsRefused() {
        ModelCopy adapter = adapter("one-layer").delete(WEIGHTS).write("adapter_model.bin", "x");
        assertThat(problems(adapter))
                .containsExactly(
                        "adapter/adapter_model.safetensors: expected the adapter's weights, found"
                                + " adapter_model.bin, a pickle: reading one can run any code");
    }

    @Test
    void theBaseMayBeInsideTheDirectory() {
        ModelCopy whole = adapter("sentence-transformers");
        ModelCopy.of("bert-mean", whole.directory().resolve("trained/on"));
        whole.edit(CONFIG, config -> config.put("base_model_name_or_path", "trained/on"));
        ModelDirectory model = ModelDirectory.open(whole.directory());
        assertThat(model.files())
                .containsKeys(
                        WEIGHTS,
                        CONFIG,
                        "modules.json",
                        "base/config.json",
                        "base/model.safetensors");
        assertThat(model.parameters()).isEqualTo(ModelDirectory.open(BASE).parameters());
        assertThat(model.pipeline()).isNotEqualTo(ModelDirectory.open(BASE).pipeline());
    }

    @Test
    void theBaseMayBeAtHand() {
        ModelCopy whole = adapter("sentence-transformers");
        ModelDirectory model =
                ModelDirectory.open(
                        whole.directory(),
                        name -> Optional.of(BASE).filter(base -> name.equals("millrace/tiny")));
        assertThat(model.files()).containsKeys(WEIGHTS, "base/model.safetensors");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside", "/etc", "link", "nowhere", "org/name", "a\\b", ""})
    void theBaseIsNeverLookedForElsewhere(String base) throws IOException {
        ModelCopy.of("bert-mean", temp.resolve("outside"));
        ModelCopy whole = adapter("sentence-transformers");
        Files.createSymbolicLink(whole.directory().resolve("link"), temp.resolve("outside"));
        whole.edit(CONFIG, config -> config.put("base_model_name_or_path", base));
        ModelException refused =
                catchThrowableOfType(
                        ModelException.class, () -> ModelDirectory.open(whole.directory()));
        assertThat(refused.problems())
                .containsExactly(
                        "adapter_config.json: expected a base model that is inside the directory or"
                                + " at hand, found \"%s\": open the base's own directory, and give"
                                        .formatted(base)
                                + " this one as its adapter");
    }

    @Test
    void theRevisionIsThatOfBoth() throws IOException {
        ModelCopy adapter = adapter("one-layer");
        String before = ModelDirectory.open(BASE, adapter.directory()).revision();
        assertThat(before).isNotEqualTo(ModelDirectory.open(BASE).revision());
        adapter.edit(CONFIG, config -> config.put("lora_alpha", 9));
        assertThat(ModelDirectory.open(BASE, adapter.directory()).revision()).isNotEqualTo(before);
    }

    @Test
    void aLargerTableBringsItsTokenizer() {
        ModelDirectory model =
                ModelDirectory.open(BASE, Golden.adapter("added-tokens").directory());
        assertThat(model.config().vocabSize()).isEqualTo(422);
        assertThat(model.tokenizer().vocabularySize()).isEqualTo(422);
        assertThat(model.files()).containsKey("adapter/tokenizer.json");
        assertThat(model.tokenizer().maxTokens())
                .isEqualTo(ModelDirectory.open(BASE).tokenizer().maxTokens());
    }

    @ParameterizedTest
    @ValueSource(strings = {"[9,137,420]", "[9,137]", "[9,9,9]", "[]", "{\"word\":[9,137,10]}"})
    void rowsOfTokensThatTheTableHasNotAreRefused(String tokens) {
        ModelCopy adapter =
                adapter("trained-tokens")
                        .edit(
                                CONFIG,
                                config ->
                                        config.setAll(
                                                parse("\"trainable_token_indices\":" + tokens)));
        assertThat(problems(adapter)).hasSize(1);
    }

    @Test
    void readsRowsInAnyRange() {
        Weight.Values base = (from, count, consumer) -> numbers(from, count, 0, consumer);
        Weight.Values others = (from, count, consumer) -> numbers(from, count, 100, consumer);
        // Rows 1, 2 and 4 of six are rows 2, 0 and 1 of the others; three numbers each.
        ReplacedRows rows =
                new ReplacedRows(base, others, new TreeMap<>(Map.of(1L, 2L, 2L, 0L, 4L, 1L)), 3);
        float[] whole = {
            0, 1, 2, 106, 107, 108, 100, 101, 102, 9, 10, 11, 103, 104, 105, 15, 16, 17
        };
        for (int from = 0; from < whole.length; from++) {
            for (int to = from; to <= whole.length; to++) {
                List<Float> read = new ArrayList<>();
                rows.read(
                        from,
                        to - from,
                        (chunk, count) -> {
                            for (int i = 0; i < count; i++) {
                                read.add(chunk[i]);
                            }
                        });
                List<Float> expected = new ArrayList<>();
                for (int i = from; i < to; i++) {
                    expected.add(whole[i]);
                }
                assertThat(read).isEqualTo(expected);
            }
        }
    }

    private static void numbers(long from, long count, int start, Weight.ChunkConsumer consumer) {
        float[] numbers = new float[(int) count];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) (start + from + i);
        }
        consumer.accept(numbers, numbers.length);
    }

    private List<String> problems(ModelCopy adapter) {
        return catchThrowableOfType(
                        ModelException.class, () -> ModelDirectory.open(BASE, adapter.directory()))
                .problems();
    }

    private ModelCopy renamed(String name, String from, String to) throws IOException {
        assertThat(to).hasSameSizeAs(from);
        ModelCopy adapter = adapter(name);
        Path file = adapter.directory().resolve(WEIGHTS);
        String bytes = Files.readString(file, ISO_8859_1);
        Files.writeString(file, bytes.replace(from, to), ISO_8859_1);
        return adapter;
    }

    private ModelCopy adapter(String name) {
        return ModelCopy.of(Golden.adapter(name), temp.resolve("copy"));
    }

    private static ObjectNode parse(String setting) {
        try {
            return (ObjectNode) new JsonMapper().readTree("{" + setting + "}");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(setting, e);
        }
    }
}
