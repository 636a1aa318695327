package io.millrace.model.arch;

/**
 * The slopes of ALiBi: how fast each head's attention falls with distance.
 *
 * <p>Press et al. 2021, <a href="https://arxiv.org/abs/2108.12409">Train Short, Test Long</a>; for
 * a number of heads that is no power of two, as their <a
 * href="https://github.com/ofirpress/attention_with_linear_biases">code</a> does it.
 */
final class LinearBias {
    private LinearBias() {}

    static float[] slopes(int heads) {
        int power = Integer.highestOneBit(heads);
        float[] slopes = new float[heads];
        for (int h = 0; h < power; h++) {
            slopes[h] = slope(h + 1, power);
        }
        for (int h = power; h < heads; h++) {
            slopes[h] = slope(2 * (h - power) + 1, 2 * power);
        }
        return slopes;
    }

    /** {@code 2^(-8 h / n)} */
    private static float slope(int h, int heads) {
        return (float) Math.pow(2, -8.0 * h / heads);
    }
}
