package io.millrace.model.adapt;

import io.millrace.model.arch.Weight;

/**
 * Numbers in rows and columns, wherever they come from.
 *
 * @param transposed whether they are stored column by column
 */
public record Matrix(Weight.Values values, int rows, int columns, boolean transposed) {
    /** The same numbers as the other matrix. */
    public Matrix transpose() {
        return new Matrix(values, columns, rows, !transposed);
    }

    /** Some rows, one after the other. */
    float[] rows(int from, int count) {
        float[] numbers = new float[Math.multiplyExact(count, columns)];
        if (transposed) {
            for (int column = 0; column < columns; column++) {
                float[] read = read((long) column * rows + from, count);
                for (int row = 0; row < count; row++) {
                    numbers[row * columns + column] = read[row];
                }
            }
            return numbers;
        }
        return read((long) from * columns, numbers.length);
    }

    private float[] read(long from, int count) {
        return read(values, from, count);
    }

    static float[] read(Weight.Values values, long from, int count) {
        float[] numbers = new float[count];
        int[] filled = {0};
        values.read(
                from,
                count,
                (chunk, length) -> {
                    System.arraycopy(chunk, 0, numbers, filled[0], length);
                    filled[0] += length;
                });
        return numbers;
    }
}
