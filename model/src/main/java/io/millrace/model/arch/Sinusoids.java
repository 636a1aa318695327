package io.millrace.model.arch;

import java.util.List;

/**
 * Positions as sines and cosines of falling frequency.
 *
 * <p>Vaswani et al. 2017, <a href="https://arxiv.org/abs/1706.03762">Attention Is All You Need</a>,
 * section 3.5. Their own code, <a
 * href="https://github.com/tensorflow/tensor2tensor/blob/master/tensor2tensor/layers/common_attention.py">tensor2tensor</a>,
 * has all sines before all cosines and spreads the frequencies over {@code d / 2 - 1} steps.
 */
final class Sinusoids {
    private static final double BASE = 10_000;

    private Sinusoids() {}

    /** Of sine and cosine, in turn: the paper's. {@code [positions, width]} */
    static Weight interleaved(int positions, int width) {
        return table(
                "sinusoids",
                positions,
                width,
                (position, i) -> {
                    double angle = position / Math.pow(BASE, (double) (i - i % 2) / width);
                    return i % 2 == 0 ? Math.sin(angle) : Math.cos(angle);
                });
    }

    /** Sines, then cosines: its authors' code. {@code [positions, width]} */
    static Weight halves(int positions, int width) {
        int half = width / 2;
        double step = Math.log(BASE) / Math.max(half - 1, 1);
        return table(
                "sinusoids in halves",
                positions,
                width,
                (position, i) -> {
                    double angle = position * Math.exp(-(i % half) * step);
                    return i < half ? Math.sin(angle) : Math.cos(angle);
                });
    }

    private interface Entry {
        double at(long position, int component);
    }

    /** Computed row by row when it is loaded. */
    private static Weight table(String name, int positions, int width, Entry entry) {
        return new Weight(
                name,
                List.of(positions, width),
                (from, count, consumer) -> {
                    float[] row = new float[width];
                    long end = from + count;
                    for (long at = from; at < end; ) {
                        int length = 0;
                        while (length < width && at < end) {
                            row[length++] = (float) entry.at(at / width, (int) (at % width));
                            at++;
                        }
                        consumer.accept(row, length);
                    }
                });
    }
}
