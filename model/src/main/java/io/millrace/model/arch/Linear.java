package io.millrace.model.arch;

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
        return new Linear(weights.get(name + ".weight", out, in), weights.get(name + ".bias", out));
    }
}
