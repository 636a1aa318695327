package io.millrace.model.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.testing.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Models of real size on real texts, from the folder that the property {@code realSize} names;
 * {@code src/test/golden/make_real_size.py} writes it.
 */
@EnabledIfSystemProperty(named = "realSize", matches = ".+")
class RealSizeTest {
    private static final double TOLERANCE = 1e-4;
    private static final double COSINE = 0.999999;
    private static final List<String> FIGURES = new ArrayList<>();

    static List<Golden> cases() {
        return Golden.all(Path.of(System.getProperty("realSize")));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void staysCloseToTheReference(Golden golden) {
        try (Encoder encoder = Encoder.open(golden.directory(), EncoderOptions.DEFAULT)) {
            Golden.Expected expected = golden.expected();
            for (int i = 0; i < expected.texts().size(); i++) {
                assertThat(encoder.tokenizer().tokenize(expected.texts().get(i)).ids())
                        .as("text %d", i)
                        .containsExactly(expected.ids()[i]);
            }
            long begin = System.nanoTime();
            float[][] vectors = encoder.encode(expected.texts());
            long millis = Duration.ofNanos(System.nanoTime() - begin).toMillis();
            double difference = difference(vectors, expected.embeddings());
            double cosine = 1;
            for (int i = 0; i < vectors.length; i++) {
                cosine = Math.min(cosine, cosine(vectors[i], expected.embeddings()[i]));
            }
            FIGURES.add(
                    "| %s | %d | %.1e | %.9f | %d ms |%n"
                            .formatted(golden, vectors.length, difference, cosine, millis));
            assertThat(difference).isLessThan(TOLERANCE);
            assertThat(cosine).isGreaterThan(COSINE);
        }
    }

    /** It is run for these: model, texts, largest difference, least cosine, time. */
    @AfterAll
    static void tellFigures() throws IOException {
        Files.writeString(Path.of("target", "real-size.md"), String.join("", FIGURES));
    }

    /** The largest, as a part of the largest component. */
    private static double difference(float[][] actual, float[][] expected) {
        double largest = 0;
        double scale = 0;
        for (int row = 0; row < expected.length; row++) {
            for (int i = 0; i < expected[row].length; i++) {
                scale = Math.max(scale, Math.abs(expected[row][i]));
                largest = Math.max(largest, Math.abs(actual[row][i] - expected[row][i]));
            }
        }
        return largest / scale;
    }

    private static double cosine(float[] a, float[] b) {
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            product += (double) a[i] * b[i];
            squaresA += (double) a[i] * a[i];
            squaresB += (double) b[i] * b[i];
        }
        return product / Math.sqrt(squaresA * squaresB);
    }
}
