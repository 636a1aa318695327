package io.millrace.model.arch;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The weights of {@code y = x · Wᵀ + b}.
 *
 * @param weight {@code [out, in]}
 * @param bias {@code [out]}; null: none
 */
public record Linear(Weight weight, @Nullable Weight bias) {
    /** {@code name.weight} and {@code name.bias}. */
    public static Linear read(Weights weights, String name, int in, int out) {
        return read(weights, name, in, out, true);
    }

    /** {@code name.weight}, and {@code name.bias} if there is to be one. */
    public static Linear read(Weights weights, String name, int in, int out, boolean bias) {
        return new Linear(
                weights.get(name + ".weight", out, in),
                bias ? weights.get(name + ".bias", out) : null);
    }

    /** Several layers on one input that are stored as one, in this order. */
    static List<Linear> readPacked(
            Weights weights, String name, int in, boolean bias, int... outs) {
        int sum = 0;
        for (int out : outs) {
            sum = Math.addExact(sum, out);
        }
        Linear packed = read(weights, name, in, sum, bias);
        List<Linear> parts = new ArrayList<>();
        int row = 0;
        for (int out : outs) {
            parts.add(packed.rows(row, out));
            row += out;
        }
        return parts;
    }

    /** Some of its outputs. */
    Linear rows(int from, int count) {
        return new Linear(weight.rows(from, count), bias == null ? null : bias.rows(from, count));
    }

    /** Several layers on one input as one, in this order. */
    static Linear pack(List<Linear> parts) {
        boolean bias = parts.stream().anyMatch(part -> part.bias != null);
        return new Linear(
                Weight.concat(parts.stream().map(Linear::weight).toList()),
                bias ? Weight.concat(parts.stream().map(Linear::biasOrZeros).toList()) : null);
    }

    /** The bias, zeros if there is none. */
    Weight biasOrZeros() {
        return bias == null ? Weight.zeros(out()) : bias;
    }

    /** The same with outputs so many times as large. */
    Linear times(float factor) {
        return new Linear(weight.times(factor), bias == null ? null : bias.times(factor));
    }

    /**
     * The same without its bias: for keys, as {@code q · (k + b)} is more than {@code q · k} by the
     * same for every key, which a softmax does not see. In bfloat16 the difference is seen: trained
     * biases can be most of a score, and its digits then go to what cancels.
     */
    Linear withoutBias() {
        return new Linear(weight, null);
    }

    /** Width of what comes out. */
    public int out() {
        return weight.shape().get(0);
    }
}
