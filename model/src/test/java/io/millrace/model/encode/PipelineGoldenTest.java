package io.millrace.model.encode;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What sentence-transformers does around an encoder: modules, prompts, lengths, the options of
 * {@code encode}. Written by {@code src/test/golden/make_pipeline_goldens.py}.
 */
class PipelineGoldenTest {
    private static final JsonMapper JSON =
            JsonMapper.builder().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    /** The contents of {@code expected.json}. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Expected(
            List<String> texts,
            @JsonProperty("max_seq_length") int maxSeqLength,
            int[][] ids,
            float[][] embeddings,
            Map<String, float[][]> prompts,
            Options options,
            @JsonProperty("with_options") float[][] withOptions) {}

    /** Of {@code SentenceTransformer.encode}. */
    private record Options(
            @JsonProperty("truncate_dim") int truncateDim,
            @JsonProperty("normalize_embeddings") boolean normalizeEmbeddings) {}

    static List<Path> cases() throws IOException, URISyntaxException {
        URL url = Objects.requireNonNull(PipelineGoldenTest.class.getResource("/golden-pipeline"));
        try (Stream<Path> cases = Files.list(Path.of(url.toURI()))) {
            return cases.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesWhatTheReferenceGives(Path directory) throws IOException {
        Expected expected =
                JSON.readValue(directory.resolve("expected.json").toFile(), Expected.class);
        EncoderOptions plain = EncoderOptions.DEFAULT.withPrompt("");
        try (Encoder encoder = Encoder.open(directory, plain)) {
            if (!directory.endsWith("length-by-argument")) { // there the argument goes before it
                assertThat(encoder.info().maxTokens()).isEqualTo(expected.maxSeqLength());
            }
            for (int i = 0; i < expected.texts().size(); i++) {
                assertThat(encoder.tokenizer().tokenize(expected.texts().get(i)).ids())
                        .as("text %d", i)
                        .containsExactly(expected.ids()[i]);
            }
            assertClose(encoder.encode(expected.texts()), expected.embeddings());
        }
        EncoderOptions options =
                plain.withTruncateDim(expected.options().truncateDim())
                        .withNormalize(expected.options().normalizeEmbeddings());
        assertClose(encode(directory, options, expected), expected.withOptions());
        for (Map.Entry<String, float[][]> prompt : expected.prompts().entrySet()) {
            EncoderOptions prompted =
                    EncoderOptions.DEFAULT.withPromptName(
                            prompt.getKey().isEmpty() ? null : prompt.getKey());
            assertClose(encode(directory, prompted, expected), prompt.getValue());
        }
    }

    private static float[][] encode(Path directory, EncoderOptions options, Expected expected) {
        try (Encoder encoder = Encoder.open(directory, options)) {
            return encoder.encode(expected.texts());
        }
    }

    /** Within a hundred-thousandth of the largest component that the reference gave. */
    private static void assertClose(float[][] actual, float[][] expected) {
        assertThat(actual).hasDimensions(expected.length, expected[0].length);
        float scale = 0;
        for (float[] row : expected) {
            for (float component : row) {
                scale = Math.max(scale, Math.abs(component));
            }
        }
        float difference = 0;
        for (int row = 0; row < expected.length; row++) {
            for (int i = 0; i < expected[row].length; i++) {
                difference =
                        Math.max(difference, Math.abs(actual[row][i] - expected[row][i]) / scale);
            }
        }
        assertThat(difference).isLessThan(1e-5f);
    }
}
