package io.millrace.it.bench.measure;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which texts are nearest to which, by the cosines of their vectors.
 *
 * @param ofQueries for each text that asks, the numbers of its neighbours, the nearest first
 */
public record Neighbours(List<List<Integer>> ofQueries) {
    /**
     * The first texts ask, and the others are what is looked among.
     *
     * @param queries how many ask
     * @param count neighbours of each
     */
    public static Neighbours of(float[][] vectors, int queries, int count) {
        float[][] units = Arrays.stream(vectors).map(Neighbours::unit).toArray(float[][]::new);
        return new Neighbours(
                IntStream.range(0, queries)
                        .parallel()
                        .mapToObj(query -> nearest(units, query, queries, count))
                        .toList());
    }

    private static List<Integer> nearest(float[][] units, int query, int from, int count) {
        double[] cosines = new double[units.length];
        for (int text = from; text < units.length; text++) {
            cosines[text] = product(units[query], units[text]);
        }
        return IntStream.range(from, units.length)
                .boxed()
                .sorted(Comparator.comparingDouble(text -> -cosines[text]))
                .limit(count)
                .toList();
    }

    /** The share of the reference's nearest that are among as many here; of all queries. */
    public double kept(Neighbours reference, int count) {
        long kept = 0;
        long all = 0;
        for (int query = 0; query < ofQueries.size(); query++) {
            List<Integer> expected = first(reference.ofQueries.get(query), count);
            kept += first(ofQueries.get(query), count).stream().filter(expected::contains).count();
            all += expected.size();
        }
        return (double) kept / all;
    }

    private static List<Integer> first(List<Integer> list, int count) {
        return list.subList(0, Math.min(count, list.size()));
    }

    private static float[] unit(float[] vector) {
        float length = (float) Math.sqrt(product(vector, vector));
        float[] unit = vector.clone();
        for (int i = 0; i < unit.length; i++) {
            unit[i] /= length;
        }
        return unit;
    }

    private static double product(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
