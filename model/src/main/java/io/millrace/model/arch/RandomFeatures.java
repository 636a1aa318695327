package io.millrace.model.arch;

import java.util.List;
import java.util.Random;

/**
 * The directions that a Performer's features look along: normal numbers in orthogonal blocks, each
 * as long as a vector of normal numbers is.
 *
 * <p>Choromanski et al. 2020, <a href="https://arxiv.org/abs/2009.14794">Rethinking Attention with
 * Performers</a>, section 2.4. Drawn by {@link Random}, whose algorithm its documentation fixes:
 * the same seed gives the same directions everywhere.
 */
final class RandomFeatures {
    private RandomFeatures() {}

    /** {@code [features, width]}, computed when it is loaded. */
    static Weight weight(String name, int features, int width, long seed) {
        return new Weight(
                name,
                List.of(features, width),
                (from, count, consumer) -> {
                    float[] all = draw(features, width, seed);
                    float[] part = new float[Math.toIntExact(count)];
                    System.arraycopy(all, Math.toIntExact(from), part, 0, part.length);
                    consumer.accept(part, part.length);
                });
    }

    /** Row after row; of each block first the directions, then their lengths. */
    static float[] draw(int features, int width, long seed) {
        Random random = new Random(seed);
        float[] all = new float[Math.multiplyExact(features, width)];
        for (int begin = 0; begin < features; begin += width) {
            int rows = Math.min(width, features - begin);
            double[][] block = orthonormal(normal(random, width, width));
            double[][] lengths = normal(random, rows, width);
            for (int row = 0; row < rows; row++) {
                double length = Math.sqrt(dot(lengths[row], lengths[row]));
                for (int i = 0; i < width; i++) {
                    all[(begin + row) * width + i] = (float) (length * block[row][i]);
                }
            }
        }
        return all;
    }

    private static double[][] normal(Random random, int rows, int width) {
        double[][] matrix = new double[rows][width];
        for (double[] row : matrix) {
            for (int i = 0; i < width; i++) {
                row[i] = random.nextGaussian();
            }
        }
        return matrix;
    }

    /** Gram and Schmidt's way, twice over, so that rounding does no harm. */
    private static double[][] orthonormal(double[][] rows) {
        for (int row = 0; row < rows.length; row++) {
            for (int again = 0; again < 2; again++) {
                for (int before = 0; before < row; before++) {
                    subtract(rows[row], rows[before], dot(rows[row], rows[before]));
                }
            }
            double length = Math.sqrt(dot(rows[row], rows[row]));
            for (int i = 0; i < rows[row].length; i++) {
                rows[row][i] /= length;
            }
        }
        return rows;
    }

    private static void subtract(double[] from, double[] direction, double factor) {
        for (int i = 0; i < from.length; i++) {
            from[i] -= factor * direction[i];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
