package io.millrace.model.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.arch.KernelChoice;
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
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;

/** Every golden directory gives what the reference gave: the same ids, vectors within 1e-5. */
class GoldenTest {
    private static final float TOLERANCE = 1e-5f;
    private static final double LEAST_COSINE = 0.995;
    private static final DataType FLOATS = DataType.DT_FLOAT;
    private static final List<String> DIFFERENCES = new ArrayList<>();
    private static final List<String> COSINES = new ArrayList<>();

    static Stream<Golden> cases() {
        return Stream.concat(Golden.all().stream(), Golden.adapters().stream());
    }

    static Stream<Arguments> casesOfBothKernels() {
        KernelChoice here = KernelChoice.here(FLOATS, ConfigProto.getDefaultInstance());
        return cases().flatMap(
                        golden ->
                                Stream.of(here, KernelChoice.portable(FLOATS, "for a test"))
                                        .distinct()
                                        .map(kernels -> Arguments.of(golden, kernels)));
    }

    @ParameterizedTest
    @MethodSource("casesOfBothKernels")
    void givesWhatTheReferenceGives(Golden golden, KernelChoice kernels) {
        try (TensorFlowEncoder encoder = open(golden, kernels)) {
            Golden.Expected expected = golden.expected();
            assertThat(encoder.info().maxTokens()).isEqualTo(expected.maxSeqLength());
            for (int i = 0; i < expected.texts().size(); i++) {
                assertThat(encoder.tokenizer().tokenize(expected.texts().get(i)).ids())
                        .as("text %d", i)
                        .containsExactly(expected.ids()[i]);
            }
            float hidden = difference(hiddenStates(encoder, expected), expected.tokenEmbeddings());
            float vectors = difference(encoder.encode(expected.texts()), expected.embeddings());
            DIFFERENCES.add(
                    "| %s | %s | %.1e | %.1e |%n"
                            .formatted(
                                    golden, kernels.fused() ? "fused" : "public", hidden, vectors));
            assertThat(hidden).as("token embeddings").isLessThan(TOLERANCE);
            assertThat(vectors).as("embeddings").isLessThan(TOLERANCE);
        }
    }

    private static TensorFlowEncoder open(Golden golden, KernelChoice kernels) {
        String base = golden.expected().base();
        return base == null
                ? TensorFlowEncoder.open(golden.directory(), EncoderOptions.DEFAULT, kernels)
                : TensorFlowEncoder.open(
                        Golden.of(base).directory(),
                        EncoderOptions.DEFAULT.withAdapter(golden.directory().toString()),
                        kernels);
    }

    static Stream<Arguments> casesOfBfloat16() {
        KernelChoice here =
                KernelChoice.here(DataType.DT_BFLOAT16, ConfigProto.getDefaultInstance());
        KernelChoice portable = KernelChoice.portable(DataType.DT_BFLOAT16, "for a test");
        return cases().flatMap(
                        golden ->
                                Stream.of(here, portable)
                                        .distinct()
                                        .map(kernels -> Arguments.of(golden, kernels)));
    }

    /** With a hundredth of the digits; these models are so small that little averages out. */
    @ParameterizedTest
    @MethodSource("casesOfBfloat16")
    void isNearTheReferenceInBfloat16(Golden golden, KernelChoice kernels) {
        try (TensorFlowEncoder encoder = open(golden, kernels)) {
            Golden.Expected expected = golden.expected();
            float[][] vectors = encoder.encode(expected.texts());
            double least = 1;
            for (int i = 0; i < vectors.length; i++) {
                least = Math.min(least, cosine(vectors[i], expected.embeddings()[i]));
            }
            COSINES.add(
                    "| %s | %s | %.5f |%n"
                            .formatted(golden, kernels.fused() ? "fused" : "public", least));
            assertThat(least).isGreaterThan(LEAST_COSINE);
        }
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double squaresOfA = 0;
        double squaresOfB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            squaresOfA += (double) a[i] * a[i];
            squaresOfB += (double) b[i] * b[i];
        }
        return product / Math.sqrt(squaresOfA * squaresOfB);
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
        Files.writeString(Path.of("target", "golden-cosines-bf16.md"), String.join("", COSINES));
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
