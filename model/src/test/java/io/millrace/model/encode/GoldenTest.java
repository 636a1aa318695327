package io.millrace.model.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.testing.Golden;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every golden directory gives what the reference gave: the same ids, vectors within 1e-5. */
class GoldenTest {
    private static final float TOLERANCE = 1e-5f;

    static List<Golden> cases() {
        return Golden.all();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void tokenIdsAreExact(Golden golden) {
        try (Encoder encoder = Encoder.open(golden.directory())) {
            assertThat(encoder.info().maxTokens()).isEqualTo(golden.expected().maxSeqLength());
            for (int i = 0; i < golden.expected().texts().size(); i++) {
                assertThat(encoder.tokenizer().tokenize(golden.expected().texts().get(i)).ids())
                        .as("text %d", i)
                        .containsExactly(golden.expected().ids()[i]);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void vectorsAreTheReferences(Golden golden) {
        try (Encoder encoder = Encoder.open(golden.directory())) {
            float[][] vectors = encoder.encode(golden.expected().texts());
            assertClose(vectors, golden.expected().embeddings());
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void hiddenStatesAreTheReferences(Golden golden) {
        try (TensorFlowEncoder encoder =
                TensorFlowEncoder.open(golden.directory(), EncoderOptions.DEFAULT)) {
            float[][] expected = golden.expected().tokenEmbeddings();
            int[] ids = golden.expected().ids()[0];
            int padded = new LengthBuckets(encoder.info().maxTokens()).paddedLength(ids.length);
            TokenBatch batch = TokenBatch.pad(List.of(ids, ids), padded, 0);
            float[][] hidden = encoder.hiddenStates(batch, expected[0].length);
            List<float[]> tokens = new ArrayList<>(List.of(hidden).subList(0, ids.length));
            assertClose(tokens.toArray(float[][]::new), expected);
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
        assertThat(difference).isLessThan(TOLERANCE);
    }
}
