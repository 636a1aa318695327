package io.millrace.model.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.millrace.model.arch.Weight;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Ranges of merged tensors are what they are in the whole, whatever the pieces they come in. */
class MergeTest {
    private static final int ROWS = 11;
    private static final int COLUMNS = 7;
    private static final int RANK = 3;
    private static final float SCALE = 0.75f;

    private final Random random = new Random(5);
    private final float[] base = numbers(ROWS * COLUMNS);
    private final float[] left = numbers(ROWS * RANK);
    private final float[] right = numbers(RANK * COLUMNS);
    private final float[] lengths = numbers(ROWS);

    @Test
    void addsTheProduct() {
        LowRankSum sum =
                new LowRankSum(
                        pieces(base),
                        new Matrix(pieces(left), ROWS, RANK, false),
                        new Matrix(pieces(right), RANK, COLUMNS, false),
                        SCALE);
        float[] whole = Matrix.read(sum, 0, ROWS * COLUMNS);
        for (int i = 0; i < whole.length; i++) {
            assertThat((double) whole[i]).isCloseTo(expected(i), within(1e-6));
        }
        assertRangesAgree(sum, whole);
    }

    @Test
    void takesMatricesThatAreStoredColumnByColumn() {
        LowRankSum sum =
                new LowRankSum(
                        pieces(base),
                        new Matrix(pieces(transposed(left, ROWS, RANK)), ROWS, RANK, true),
                        new Matrix(pieces(transposed(right, RANK, COLUMNS)), RANK, COLUMNS, true),
                        SCALE);
        float[] whole = Matrix.read(sum, 0, ROWS * COLUMNS);
        for (int i = 0; i < whole.length; i++) {
            assertThat((double) whole[i]).isCloseTo(expected(i), within(1e-6));
        }
        assertRangesAgree(sum, whole);
    }

    @Test
    void givesLinesOtherLengths() {
        for (boolean byColumn : new boolean[] {false, true}) {
            int lines = byColumn ? COLUMNS : ROWS;
            ScaledLines scaled =
                    new ScaledLines(pieces(base), ROWS, COLUMNS, pieces(lengths), byColumn);
            float[] whole = Matrix.read(scaled, 0, ROWS * COLUMNS);
            for (int line = 0; line < lines; line++) {
                double square = 0;
                for (int i = 0; i < whole.length; i++) {
                    if ((byColumn ? i % COLUMNS : i / COLUMNS) == line) {
                        square += whole[i] * whole[i];
                    }
                }
                assertThat(Math.sqrt(square)).isCloseTo(Math.abs(lengths[line]), within(1e-6));
            }
            assertRangesAgree(scaled, whole);
        }
    }

    @Test
    void addsVectors() {
        ScaledSum sum = new ScaledSum(pieces(base), pieces(base), 2);
        float[] whole = Matrix.read(sum, 0, base.length);
        for (int i = 0; i < whole.length; i++) {
            assertThat(whole[i]).isEqualTo(base[i] + 2 * base[i]);
        }
        assertRangesAgree(sum, whole);
    }

    @Test
    void patternsFitTheEndOfAName() {
        assertThat(NamePattern.of("query").fits("encoder.layer.0.attention.self.query")).isTrue();
        assertThat(NamePattern.of("query").fits("query")).isTrue();
        assertThat(NamePattern.of("uery").fits("encoder.query")).isFalse();
        assertThat(NamePattern.of("self").fits("attention.self.query")).isFalse();
        assertThat(NamePattern.of("query|key").fits("a.key")).isTrue();
        assertThat(NamePattern.of("layer\\.[01]\\..*").fits("encoder.layer.1.x.y")).isTrue();
        assertThat(NamePattern.of("layer\\.[01]\\..*").fits("encoder.layer.2.x.y")).isFalse();
    }

    @Test
    void patternsThatTakeForEverAreRefused() {
        NamePattern pattern = NamePattern.of("(.*a){25}b");
        assertThatThrownBy(() -> pattern.fits("a".repeat(200)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> NamePattern.of("(")).isInstanceOf(IllegalArgumentException.class);
    }

    private double expected(int index) {
        int row = index / COLUMNS;
        int column = index % COLUMNS;
        double product = 0;
        for (int k = 0; k < RANK; k++) {
            product += (double) left[row * RANK + k] * right[k * COLUMNS + column];
        }
        return base[index] + SCALE * product;
    }

    private static void assertRangesAgree(Weight.Values values, float[] whole) {
        for (int from = 0; from < whole.length; from++) {
            for (int count = 0; count <= whole.length - from; count++) {
                float[] part = Matrix.read(values, from, count);
                for (int i = 0; i < count; i++) {
                    assertThat(part[i]).isEqualTo(whole[from + i]);
                }
            }
        }
    }

    private static float[] transposed(float[] matrix, int rows, int columns) {
        float[] transposed = new float[matrix.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                transposed[column * rows + row] = matrix[row * columns + column];
            }
        }
        return transposed;
    }

    /** Five at a time, in an array that is used again. */
    private static Weight.Values pieces(float[] numbers) {
        return (from, count, consumer) -> {
            float[] chunk = new float[5];
            for (long done = 0; done < count; done += chunk.length) {
                int length = (int) Math.min(chunk.length, count - done);
                System.arraycopy(numbers, (int) (from + done), chunk, 0, length);
                consumer.accept(chunk, length);
            }
        };
    }

    private float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }
}
