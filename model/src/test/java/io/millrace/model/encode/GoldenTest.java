package io.millrace.model.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.testing.Golden;
import java.util.Arrays;
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
    void givesWhatTheReferenceGives(Golden golden) {
        try (TensorFlowEncoder encoder =
                TensorFlowEncoder.open(golden.directory(), EncoderOptions.DEFAULT)) {
            Golden.Expected expected = golden.expected();
            assertThat(encoder.info().maxTokens()).isEqualTo(expected.maxSeqLength());
            for (int i = 0; i < expected.texts().size(); i++) {
                assertThat(encoder.tokenizer().tokenize(expected.texts().get(i)).ids())
                        .as("text %d", i)
                        .containsExactly(expected.ids()[i]);
            }
            assertClose(hiddenStates(encoder, expected), expected.tokenEmbeddings());
            assertClose(encoder.encode(expected.texts()), expected.embeddings());
        }
    }

    /** Those of the first text. */
    private static float[][] hiddenStates(TensorFlowEncoder encoder, Golden.Expected expected) {
        int[] ids = expected.ids()[0];
        int padded = new LengthBuckets(encoder.info().maxTokens()).paddedLength(ids.length);
        TokenBatch batch = TokenBatch.pad(List.of(ids, ids), padded, 0);
        float[][] all = encoder.hiddenStates(batch, expected.tokenEmbeddings()[0].length);
        return Arrays.copyOf(all, ids.length);
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
