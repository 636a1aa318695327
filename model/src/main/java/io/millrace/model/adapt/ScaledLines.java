package io.millrace.model.adapt;

import io.millrace.model.arch.Weight;
import org.jspecify.annotations.Nullable;

/**
 * DoRA: the direction of a matrix's lines is kept, their lengths are given. {@code m · W / ‖W‖}
 *
 * <p>Liu et al. 2024, <a href="https://arxiv.org/abs/2402.09353">DoRA: Weight-Decomposed Low-Rank
 * Adaptation</a>. Of a linear layer's weight the lines are its rows, of a table of embeddings its
 * columns. The lengths that they have are found by reading the matrix once more.
 */
public final class ScaledLines implements Weight.Values {
    private final Weight.Values base;
    private final int rows;
    private final int columns;
    private final Weight.Values lengths;
    private final boolean byColumn;
    private float @Nullable [] factors;

    /**
     * A matrix with other lengths.
     *
     * @param base {@code [rows, columns]}, in row-major order
     * @param lengths one for each line
     * @param byColumn whether the lines are the columns
     */
    public ScaledLines(
            Weight.Values base, int rows, int columns, Weight.Values lengths, boolean byColumn) {
        this.base = base;
        this.rows = rows;
        this.columns = columns;
        this.lengths = lengths;
        this.byColumn = byColumn;
    }

    @Override
    public void read(long from, long count, Weight.ChunkConsumer consumer) {
        float[] scales = factors();
        long[] position = {from};
        base.read(
                from,
                count,
                (chunk, length) -> {
                    for (int i = 0; i < length; i++, position[0]++) {
                        chunk[i] *= scales[line(position[0])];
                    }
                    consumer.accept(chunk, length);
                });
    }

    private int line(long position) {
        return (int) (byColumn ? position % columns : position / columns);
    }

    private synchronized float[] factors() {
        if (factors == null) {
            factors = measure();
        }
        return factors;
    }

    private float[] measure() {
        int lines = byColumn ? columns : rows;
        double[] squares = new double[lines];
        long[] position = {0};
        base.read(
                0,
                (long) rows * columns,
                (chunk, length) -> {
                    for (int i = 0; i < length; i++, position[0]++) {
                        squares[line(position[0])] += (double) chunk[i] * chunk[i];
                    }
                });
        float[] scales = Matrix.read(lengths, 0, lines);
        for (int i = 0; i < lines; i++) {
            scales[i] /= (float) Math.sqrt(squares[i]);
        }
        return scales;
    }
}
