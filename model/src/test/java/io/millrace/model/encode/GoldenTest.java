package io.millrace.model.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.testing.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every golden directory gives what the reference gave: the same ids, vectors within 1e-5. */
class GoldenTest {
    private static final float TOLERANCE = 1e-5f;
    private static final List<String> DIFFERENCES = new ArrayList<>();

    static Stream<Golden> cases() {
        return Stream.concat(Golden.all().stream(), Golden.adapters().stream());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void givesWhatTheReferenceGives(Golden golden) {
        try (TensorFlowEncoder encoder = open(golden)) {
            Golden.Expected expected = golden.expected();
            assertThat(encoder.info().maxTokens()).isEqualTo(expected.maxSeqLength());
            for (int i = 0; i < expected.texts().size(); i++) {
                assertThat(encoder.tokenizer().tokenize(expected.texts().get(i)).ids())
                        .as("text %d", i)
                        .containsExactly(expected.ids()[i]);
            }
            float hidden = difference(hiddenStates(encoder, expected), expected.tokenEmbeddings());
            float vectors = difference(encoder.encode(expected.texts()), expected.embeddings());
            DIFFERENCES.add("| %s | %.1e | %.1e |%n".formatted(golden, hidden, vectors));
            assertThat(hidden).as("token embeddings").isLessThan(TOLERANCE);
            assertThat(vectors).as("embeddings").isLessThan(TOLERANCE);
        }
    }

    private static TensorFlowEncoder open(Golden golden) {
        String base = golden.expected().base();
        return base == null
                ? TensorFlowEncoder.open(golden.directory(), EncoderOptions.DEFAULT)
                : TensorFlowEncoder.open(
                        Golden.of(base).directory(),
                        EncoderOptions.DEFAULT.withAdapter(golden.directory().toString()));
    }

    static Stream<Golden> casesWithQueries() {
        return cases().filter(golden -> golden.expected().queryEmbeddings() != null);
    }

    @ParameterizedTest
    @MethodSource("casesWithQueries")
    void givesWhatTheReferenceGivesForQueries(Golden golden) {
        EncoderOptions options = EncoderOptions.DEFAULT.withPromptName("query");
        try (Encoder encoder = Encoder.open(golden.directory(), options)) {
            Golden.Expected expected = golden.expected();
            float[][] queries = Objects.requireNonNull(expected.queryEmbeddings());
            assertThat(difference(encoder.encode(expected.texts()), queries)).isLessThan(TOLERANCE);
        }
    }

    /** For the documentation: how far each was from the reference. */
    @AfterAll
    static void tellDifferences() throws IOException {
        Files.writeString(Path.of("target", "golden-differences.md"), String.join("", DIFFERENCES));
    }

    /** Those of the first text. */
    private static float[][] hiddenStates(TensorFlowEncoder encoder, Golden.Expected expected) {
        int[] ids = expected.ids()[0];
        int padded = new LengthBuckets(encoder.info().maxTokens()).paddedLength(ids.length);
        TokenBatch batch = TokenBatch.pad(List.of(ids, ids), padded, 0);
        float[][] all = encoder.hiddenStates(batch, expected.tokenEmbeddings()[0].length);
        return Arrays.copyOf(all, ids.length);
    }

    /** The largest, as a part of the largest component that the reference gave. */
    private static float difference(float[][] actual, float[][] expected) {
        assertThat(actual).hasDimensions(expected.length, expected[0].length);
        float scale = 0;
        float difference = 0;
        for (int row = 0; row < expected.length; row++) {
            for (int i = 0; i < expected[row].length; i++) {
                scale = Math.max(scale, Math.abs(expected[row][i]));
                float away = Math.abs(actual[row][i] - expected[row][i]);
                difference = Float.isNaN(away) ? Float.NaN : Math.max(difference, away);
            }
        }
        return difference / scale;
    }
}
