package io.millrace.it.bench.measure;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How near one engine's vectors are to another's.
 *
 * @param smallest of all texts
 * @param median of all texts
 * @param texts that were compared
 */
public record Cosines(double smallest, double median, int texts) {
    /**
     * Of the texts that both have; empty where there are none or the vectors have other lengths.
     */
    public static Optional<Cosines> of(float[][] vectors, float[][] references) {
        int texts = Math.min(vectors.length, references.length);
        if (texts == 0 || vectors[0].length != references[0].length) {
            return Optional.empty();
        }
        List<Double> cosines = new ArrayList<>();
        for (int text = 0; text < texts; text++) {
            double cosine = cosine(vectors[text], references[text]);
            // NaN must not hide: it is less than everything here.
            cosines.add(Double.isNaN(cosine) ? Double.NEGATIVE_INFINITY : cosine);
        }
        Statistics all = Statistics.of(cosines);
        return Optional.of(new Cosines(all.least(), all.median(), texts));
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
