package io.millrace.it.bench.engine;

/**
 * What one pass over the texts showed.
 *
 * @param seconds from the first text to the last vector, tokenizing included
 * @param tokens of all texts, special tokens included, padding not
 * @param vectors one a text, in their order
 * @param operations floating point operations; 0 where nobody counted
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Pass(double seconds, long tokens, float[][] vectors, double operations) {
    public Pass(double seconds, long tokens, float[][] vectors) {
        this(seconds, tokens, vectors, 0);
    }
}
