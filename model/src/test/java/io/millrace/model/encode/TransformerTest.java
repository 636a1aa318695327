package io.millrace.model.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.model.ModelException;
import io.millrace.model.read.ModelDirectory;
import io.millrace.model.testing.Golden;
import io.millrace.model.testing.ModelCopy;
import io.millrace.model.write.ModelInitializer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Encoders of one's own: what every choice must keep to, and choices that do not go together. */
class TransformerTest {
    private static final int HIDDEN = 32;
    private static final int MAX_TOKENS = 61;
    private static final int FIRST_WORD = 5;

    @TempDir Path temp;

    static List<Golden> cases() {
        return Golden.all().stream().filter(g -> g.toString().startsWith("transformer-")).toList();
    }

    static List<Golden> causalCases() {
        return cases().stream().filter(g -> !g.toString().contains("linformer")).toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void bitsDependOnTheTextAlone(Golden golden) {
        EncoderOptions options = EncoderOptions.DEFAULT.withMaxTokens(MAX_TOKENS);
        try (Encoder encoder = Encoder.open(golden.directory(), options)) {
            for (int length : new int[] {8, 24, MAX_TOKENS}) {
                assertBitsDependOnTheTextAlone(encoder, length, 20);
            }
        }
    }

    /** Larger matrices are multiplied in other ways than small ones. */
    @ParameterizedTest
    @CsvSource({
        "full, false",
        "sliding_window, true",
        "block_sparse, false",
        "linear, false",
        "linear, true",
        "performer, false",
        "performer, true",
        "linformer, false"
    })
    void bitsDependOnTheTextAloneInLargerModels(String attention, boolean causal)
            throws IOException {
        ModelInitializer.write(
                """
                {"model_type": "transformer", "vocab_size": 420, "hidden_size": 192,
                 "num_attention_heads": 6, "num_hidden_layers": 2, "intermediate_size": 320,
                 "max_position_embeddings": 250, "attention_type": "%s", "is_causal": %s}"""
                        .formatted(attention, causal),
                1,
                temp);
        Path tokenizer = Golden.of("transformer-classic").directory().resolve("tokenizer.json");
        Files.copy(tokenizer, temp.resolve("tokenizer.json"));
        try (Encoder encoder = Encoder.open(temp)) {
            for (int length : new int[] {16, 40, 104, 250}) {
                assertBitsDependOnTheTextAlone(encoder, length, 9);
            }
        }
    }

    private static void assertBitsDependOnTheTextAlone(Encoder encoder, int length, int maxRows) {
        Random random = new Random(length);
        int[] text = text(random, length - 2);
        float[] alone = encoder.encode(TokenBatch.pad(List.of(text), length, 0))[0];
        for (int rows = 2; rows <= maxRows; rows++) {
            int place = random.nextInt(rows);
            List<int[]> texts =
                    IntStream.range(0, rows)
                            .mapToObj(
                                    row ->
                                            row == place
                                                    ? text
                                                    : text(random, 1 + random.nextInt(length)))
                            .toList();
            assertThat(encoder.encode(TokenBatch.pad(texts, length, 0))[place])
                    .as("place %d of %d, length %d", place, rows, length)
                    .containsExactly(alone);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void paddingIsWithoutEffect(Golden golden) {
        int[] text = text(new Random(1), 21);
        try (TensorFlowEncoder encoder = open(golden.directory(), EncoderOptions.DEFAULT)) {
            float[] vector = encoder.encode(TokenBatch.pad(List.of(text), 24, 0))[0];
            float[] otherwise = encoder.encode(TokenBatch.pad(List.of(text), 24, 77))[0];
            float[] longer = encoder.encode(TokenBatch.pad(List.of(text), 64, 0))[0];
            assertThat(otherwise).as("padded with other ids").containsExactly(vector);
            assertThat(longer).as("padded to 64").containsExactly(vector, within(2e-5f));
            float[][] hidden = encoder.hiddenStates(TokenBatch.pad(List.of(text), 64, 0), HIDDEN);
            for (float[] row : hidden) {
                for (float component : row) {
                    assertThat(component).isFinite();
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("causalCases")
    void underTheCausalMaskLaterTokensCannotChangeEarlierPositions(Golden golden) {
        EncoderOptions causal = EncoderOptions.DEFAULT.withAttentionMask(AttentionMask.CAUSAL);
        int[] text = text(new Random(2), 16);
        int[] changed = text.clone();
        changed[9]++;
        try (TensorFlowEncoder encoder = open(golden.directory(), causal)) {
            float[][] hidden = hiddenStates(encoder, text);
            float[][] other = hiddenStates(encoder, changed);
            for (int position = 0; position < 16; position++) {
                if (position < 9) {
                    assertThat(other[position])
                            .as("%d", position)
                            .containsExactly(hidden[position]);
                } else if (position == 9) {
                    assertThat(other[position]).isNotEqualTo(hidden[position]);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("causalCases")
    void underThePaddingMaskTheyDoWhereTheyAreSeen(Golden golden) {
        EncoderOptions padding = EncoderOptions.DEFAULT.withAttentionMask(AttentionMask.PADDING);
        int[] text = text(new Random(2), 16);
        int[] changed = text.clone();
        changed[8]++;
        try (TensorFlowEncoder encoder = open(golden.directory(), padding)) {
            assertThat(hiddenStates(encoder, changed)[7])
                    .isNotEqualTo(hiddenStates(encoder, text)[7]);
        }
    }

    /** Two layers of a window of four to either side: nothing from more than eight away. */
    @Test
    void aWindowHidesWhatIsFar() {
        int[] text = text(new Random(3), 40);
        int[] changed = text.clone();
        changed[20]++;
        try (TensorFlowEncoder encoder =
                open(Golden.of("transformer-window").directory(), EncoderOptions.DEFAULT)) {
            float[][] hidden = hiddenStates(encoder, text);
            float[][] other = hiddenStates(encoder, changed);
            for (int position = 0; position < 40; position++) {
                boolean same = Arrays.equals(hidden[position], other[position]);
                assertThat(same).as("position %d", position).isEqualTo(Math.abs(position - 20) > 8);
            }
        }
    }

    @Test
    void linformerCannotBeCausalByOption() {
        Path directory = Golden.of("transformer-linformer").directory();
        assertThatThrownBy(
                        () ->
                                Encoder.open(
                                        directory,
                                        EncoderOptions.DEFAULT.withAttentionMask(
                                                AttentionMask.CAUSAL)))
                .isInstanceOfSatisfying(
                        ModelException.class,
                        e ->
                                assertThat(e.problems())
                                        .containsExactly(
                                                "option attentionMask: expected PADDING, as"
                                                        + " Linformer sums over all positions"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"transformer-classic", "transformer-window", "transformer-alibi-causal"})
    void anyMaskedValueHidesCompletely(String name) {
        int[] text = text(new Random(4), 13);
        float[][] vectors = new float[3][];
        String[] values = {"-inf", "-1e9", "-1e20"};
        for (int i = 0; i < values.length; i++) {
            String value = values[i];
            Path directory =
                    ModelCopy.of(name, temp.resolve(name + i))
                            .edit("config.json", config -> config.put("mask_value", value))
                            .directory();
            try (Encoder encoder = Encoder.open(directory)) {
                vectors[i] = encoder.encode(TokenBatch.pad(List.of(text), 16, 0))[0];
            }
        }
        assertThat(vectors[1]).containsExactly(vectors[0]);
        assertThat(vectors[2]).containsExactly(vectors[0]);
    }

    static List<Arguments> choicesThatDoNotGoTogether() {
        return List.of(
                arguments(
                        "{\"position_embedding_type\": \"relative\"}",
                        "config.json: expected position_embedding_type: one of sinusoidal, sinusoidal_halves, learned, rotary, alibi, none, found \"relative\""),
                arguments(
                        "{\"attention_type\": \"sparse\"}",
                        "config.json: expected attention_type: one of full, sliding_window, block_sparse, linear, performer, linformer, found \"sparse\""),
                arguments(
                        "{\"qkv_projection\": \"two\"}",
                        "config.json: expected qkv_projection: one of packed, separate, shared, found \"two\""),
                arguments(
                        "{\"norm_position\": \"both\"}",
                        "config.json: expected norm_position: post or pre, found \"both\""),
                arguments(
                        "{\"norm_type\": \"batch\"}",
                        "config.json: expected norm_type: layer_norm or rms_norm, found \"batch\""),
                arguments(
                        "{\"num_key_value_heads\": 3}",
                        "config.json: expected num_key_value_heads: a divisor of num_attention_heads 4, found 3"),
                arguments(
                        "{\"num_attention_heads\": 5}",
                        "config.json: expected num_attention_heads: a divisor of hidden_size 32, found 5"),
                arguments(
                        "{\"qkv_projection\": \"shared\", \"head_dim\": 4}",
                        "config.json: expected qkv_projection: packed or separate, unless there are as many key heads as heads and they fill the hidden size, found \"shared\""),
                arguments(
                        "{\"qkv_projection\": \"shared\", \"qkv_bias\": true}",
                        "config.json: expected qkv_bias: false, as shared projections have none, found true"),
                arguments(
                        "{\"attention_type\": \"linear\", \"position_embedding_type\": \"alibi\"}",
                        "config.json: expected position_embedding_type: one other than alibi, which is on scores, found \"alibi\""),
                arguments(
                        "{\"attention_type\": \"linear\", \"attention_scale\": \"model\"}",
                        "config.json: expected attention_scale: none, as linear attention does not scale, found \"model\""),
                arguments(
                        "{\"attention_type\": \"linformer\", \"is_causal\": true}",
                        "config.json: expected is_causal: false, as Linformer sums over all positions, found true"),
                arguments(
                        "{\"attention_window\": 8}",
                        "config.json: expected attention_window: none, unless attention_type is sliding_window, found 8"),
                arguments(
                        "{\"num_global_blocks\": 8}",
                        "config.json: expected num_global_blocks: none, unless attention_type is block_sparse, found 8"),
                arguments(
                        "{\"performer_seed\": 8}",
                        "config.json: expected performer_seed: none, unless attention_type is performer, found 8"),
                arguments(
                        "{\"linformer_size\": 8}",
                        "config.json: expected linformer_size: none, unless attention_type is linformer, found 8"),
                arguments(
                        "{\"attention_epsilon\": 0.1}",
                        "config.json: expected attention_epsilon: none, unless attention_type is linear or performer, found 0.1"),
                arguments(
                        "{\"mask_value\": \"-1\"}",
                        "config.json: expected mask_value: \"-inf\", \"-1e9\" or any other string of at most -1e4, found \"-1\""),
                arguments(
                        "{\"mask_value\": \"no\"}",
                        "config.json: expected mask_value: \"-inf\", \"-1e9\" or any other string of at most -1e4, found \"no\""),
                arguments(
                        "{\"mask_value\": \"NaN\"}",
                        "config.json: expected mask_value: \"-inf\", \"-1e9\" or any other string of at most -1e4, found \"NaN\""),
                arguments(
                        "{\"attention_type\": \"block_sparse\", \"num_window_blocks\": 2}",
                        "config.json: expected num_window_blocks: an odd number, found 2"),
                arguments(
                        "{\"attention_type\": \"block_sparse\", \"num_random_blocks\": 3}",
                        "config.json: expected num_random_blocks: at most the blocks of max_position_embeddings, and those at most 4096, found 3"),
                arguments(
                        "{\"position_embedding_type\": \"rotary\", \"rope_interleaved\": 1}",
                        "config.json: expected rope_interleaved: true or false, found 1"),
                arguments(
                        "{\"position_embedding_type\": \"rotary\", \"head_dim\": 7}",
                        "config.json: expected head_dim: an even number, as rotary positions turn pairs, found 7"));
    }

    @ParameterizedTest
    @MethodSource("choicesThatDoNotGoTogether")
    void whatDoesNotGoTogetherIsRefused(String changes, String problem) {
        ModelCopy copy =
                ModelCopy.of("transformer-classic", temp.resolve("copy"))
                        .edit("config.json", config -> config.setAll(parse(changes)));
        assertThatThrownBy(() -> ModelDirectory.open(copy.directory()))
                .isInstanceOfSatisfying(
                        ModelException.class,
                        e -> assertThat(e.problems()).containsExactly(problem));
    }

    private static TensorFlowEncoder open(Path directory, EncoderOptions options) {
        return TensorFlowEncoder.open(directory, options);
    }

    private static float[][] hiddenStates(TensorFlowEncoder encoder, int[] ids) {
        return encoder.hiddenStates(TokenBatch.pad(List.of(ids, ids), ids.length, 0), HIDDEN);
    }

    private static int[] text(Random random, int tokens) {
        return random.ints(tokens, FIRST_WORD, 400).toArray();
    }

    private static ObjectNode parse(String json) {
        try {
            return (ObjectNode) new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
