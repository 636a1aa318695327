package io.millrace.it.bench.measure;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a few measurements say.
 *
 * @param median the middle one, or the mean of the two in the middle
 * @param least the smallest
 * @param most the largest
 */
public record Statistics(double median, double least, double most) {
    /** Of at least one value. */
    public static Statistics of(List<Double> values) {
        if (values.isEmpty()) {
            throw new IllegalArgumentException("expected at least one value, found none");
        }
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median =
                sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Statistics(median, sorted[0], sorted[sorted.length - 1]);
    }

    /**
     * Of the ratios round by round: what slowed a whole round down is in both of its numbers, and
     * goes. Rounds that one of them did not finish do not count.
     */
    public static Statistics ofRatios(List<Double> values, List<Double> references) {
        return of(
                IntStream.range(0, Math.min(values.size(), references.size()))
                        .mapToObj(round -> values.get(round) / references.get(round))
                        .toList());
    }

    /** How far apart smallest and largest are, as a share of the median. */
    public double spread() {
        return (most - least) / median;
    }
}
