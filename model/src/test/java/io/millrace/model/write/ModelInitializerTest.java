package io.millrace.model.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.model.ModelException;
import io.millrace.model.encode.Encoder;
import io.millrace.model.testing.Golden;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Directories of drawn weights: the same from the same seed, spread as their scheme says. */
class ModelInitializerTest {
    private static final String WEIGHTS = "model.safetensors";
    private static final int HIDDEN = 64;
    private static final int WIDE = 160;

    @TempDir Path temp;

    static List<Golden> transformers() {
        return Golden.all().stream().filter(g -> g.toString().startsWith("transformer-")).toList();
    }

    @ParameterizedTest
    @MethodSource("transformers")
    void whateverIsChosenRuns(Golden golden) throws IOException {
        String config = Files.readString(golden.directory().resolve("config.json"));
        ModelInitializer.write(config, 5, temp);
        Files.copy(golden.directory().resolve("tokenizer.json"), temp.resolve("tokenizer.json"));
        try (Encoder encoder = Encoder.open(temp)) {
            float[][] vectors =
                    encoder.encode(List.of("The river turns the wheel.", "How do I reset?"));
            assertThat(vectors[0]).isNotEqualTo(vectors[1]);
        }
    }

    @Test
    void theSameSeedGivesTheSameBytes() throws IOException {
        for (String name : List.of("first", "second")) {
            ModelInitializer.write(config("{}"), 5, temp.resolve(name));
        }
        ModelInitializer.write(config("{}"), 6, temp.resolve("other"));
        byte[] first = Files.readAllBytes(temp.resolve("first").resolve(WEIGHTS));
        assertThat(temp.resolve("second").resolve(WEIGHTS)).hasBinaryContent(first);
        assertThat(Files.readAllBytes(temp.resolve("other").resolve(WEIGHTS))).isNotEqualTo(first);
        assertThat(temp.resolve("first").resolve("config.json")).hasContent(config("{}"));
    }

    /** Standard deviations; of a uniform one the bound over the root of three. */
    @ParameterizedTest
    @CsvSource({
        "xavier_uniform, 0.094491, 0.125000, 0.144338",
        "xavier_normal,  0.094491, 0.125000, 0.144338",
        "kaiming_uniform, 0.176777, 0.176777, 0.176777",
        "kaiming_normal, 0.176777, 0.176777, 0.176777",
        "normal, 0.05, 0.05, 0.05"
    })
    void matricesAreSpreadAsTheirSchemeSays(String type, double wide, double queries, double keys)
            throws IOException {
        String std = type.equals("normal") ? ", \"std\": 0.05" : "";
        ModelInitializer.write(config("{\"type\": \"%s\"%s}".formatted(type, std)), 5, temp);
        Tensors tensors = tensors();
        float[] packed = tensors.get("layers.0.self_attn.in_proj_weight");
        boolean uniform = type.endsWith("uniform");
        check(tensors.get("layers.0.linear1.weight"), wide, uniform);
        check(slice(packed, 0, HIDDEN * HIDDEN), queries, uniform);
        check(slice(packed, HIDDEN * HIDDEN, packed.length), keys, uniform);
        double words = type.equals("normal") ? 0.05 : 0.125;
        check(tensors.get("embeddings.word_embeddings.weight"), words, false);
        assertThat(tensors.get("layers.1.norm2.weight")).containsOnly(1);
        assertThat(tensors.get("layers.1.norm2.bias")).containsOnly(0);
        assertThat(tensors.get("layers.1.self_attn.in_proj_bias")).containsOnly(0);
        assertThat(tensors.get("layers.0.linear1.weight"))
                .isNotEqualTo(tensors.get("layers.1.linear1.weight"));
    }

    private static void check(float[] numbers, double deviation, boolean uniform) {
        double sum = 0;
        double squares = 0;
        double largest = 0;
        for (float number : numbers) {
            sum += number;
            squares += (double) number * number;
            largest = Math.max(largest, Math.abs(number));
        }
        double mean = sum / numbers.length;
        double root = Math.sqrt(squares / numbers.length);
        double error = 4 / Math.sqrt(numbers.length); // of four standard errors
        assertThat(mean / deviation).isCloseTo(0, within(error));
        assertThat(root / deviation).isCloseTo(1, within(error));
        if (uniform) {
            assertThat(largest / deviation).isBetween(1.7, Math.sqrt(3) + 1e-4);
        } else {
            assertThat(largest / deviation).isGreaterThan(2.5);
        }
    }

    /** Blocks of as many rows as a head is wide, orthogonal each. */
    @Test
    void performersDirectionsAreOrthogonal() throws IOException {
        ModelInitializer.write(
                """
                {"model_type": "transformer", "vocab_size": 8, "hidden_size": 64,
                 "num_attention_heads": 4, "num_hidden_layers": 2, "intermediate_size": 8,
                 "attention_type": "performer", "performer_features": 40}""",
                5,
                temp);
        float[] directions = tensors().get("layers.1.self_attn.projection_matrix");
        double squares = 0;
        for (int a = 0; a < 40; a++) {
            for (int b = 0; b < a; b++) {
                if (a / 16 == b / 16) {
                    assertThat(dot(directions, a, b)).isCloseTo(0, within(1e-4));
                }
            }
            squares += dot(directions, a, a);
        }
        assertThat(squares / 40).isCloseTo(16, within(4.0)); // as of normal numbers
        assertThat(directions).isNotEqualTo(tensors().get("layers.0.self_attn.projection_matrix"));
    }

    private static double dot(float[] rows, int a, int b) {
        double sum = 0;
        for (int i = 0; i < 16; i++) {
            sum += (double) rows[a * 16 + i] * rows[b * 16 + i];
        }
        return sum;
    }

    @Test
    void whatIsWrongIsRefusedBeforeAnythingIsWritten() {
        Path directory = temp.resolve("none");
        String json =
                """
                {"model_type": "bert", "norm_type": "no", "initializer": {"type": "ones", "std": 1}}
                """;
        assertThatThrownBy(() -> ModelInitializer.write(json, 5, directory))
                .isInstanceOfSatisfying(
                        ModelException.class,
                        e ->
                                assertThat(e.problems())
                                        .containsExactly(
                                                "config.json: expected model_type: transformer, as"
                                                        + " others are trained by those who made"
                                                        + " them, found \"bert\"",
                                                "config.json: expected norm_type: layer_norm or"
                                                        + " rms_norm, found \"no\"",
                                                "config.json: initializer: expected type: one of"
                                                        + " xavier_uniform, xavier_normal,"
                                                        + " kaiming_uniform, kaiming_normal,"
                                                        + " normal, found \"ones\"",
                                                "config.json: initializer: expected std: none,"
                                                        + " unless type is normal, found 1"));
        assertThat(directory).doesNotExist();
    }

    @Test
    void weightsThatAreThereStay() throws IOException {
        Files.writeString(temp.resolve(WEIGHTS), "trained for weeks");
        assertThatThrownBy(() -> ModelInitializer.write(config("{}"), 5, temp))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(temp.resolve(WEIGHTS)).hasContent("trained for weeks");
        assertThat(temp.resolve("config.json")).doesNotExist();
    }

    private record Tensors(Map<String, float[]> byName) {
        float[] get(String name) {
            return Objects.requireNonNull(byName.get(name), name);
        }
    }

    private static String config(String initializer) {
        return """
               {"model_type": "transformer", "vocab_size": 300, "hidden_size": %d,
                "num_attention_heads": 8, "num_key_value_heads": 4, "num_hidden_layers": 2,
                "intermediate_size": %d, "initializer": %s}"""
                .formatted(HIDDEN, WIDE, initializer);
    }

    private Tensors tensors() throws IOException {
        ByteBuffer file =
                ByteBuffer.wrap(Files.readAllBytes(temp.resolve(WEIGHTS)))
                        .order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[Math.toIntExact(file.getLong())];
        file.get(header);
        FloatBuffer data = file.slice().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        Map<String, float[]> tensors = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : new ObjectMapper().readTree(header).properties()) {
            JsonNode offsets = entry.getValue().path("data_offsets");
            if (offsets.isArray()) {
                int begin = offsets.get(0).intValue() / Float.BYTES;
                float[] numbers = new float[offsets.get(1).intValue() / Float.BYTES - begin];
                data.position(begin).get(numbers);
                tensors.put(entry.getKey(), numbers);
            }
        }
        return new Tensors(tensors);
    }

    private static float[] slice(float[] numbers, int from, int to) {
        return Arrays.copyOfRange(numbers, from, to);
    }
}
