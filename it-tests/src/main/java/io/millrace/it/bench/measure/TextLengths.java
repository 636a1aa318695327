package io.millrace.it.bench.measure;

import java.util.Arrays;

/**
 * How long the texts are, in tokens.
 *
 * @param texts how many
 * @param tokens of all of them
 * @param p50 half of the texts have no more
 * @param p95 95 % of the texts have no more
 */
public record TextLengths(int texts, long tokens, int p50, int p95) {
    /** Of at least one text. */
    public static TextLengths of(int[] tokens) {
        int[] sorted = tokens.clone();
        Arrays.sort(sorted);
        return new TextLengths(
                sorted.length,
                Arrays.stream(sorted).asLongStream().sum(),
                atShare(sorted, 0.5),
                atShare(sorted, 0.95));
    }

    /** Tokens of a text on average. */
    public double mean() {
        return (double) tokens / texts;
    }

    private static int atShare(int[] sorted, double share) {
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)];
    }
}
