package io.millrace.model.arch;

import org.jspecify.annotations.Nullable;

/**
 * The weights of a normalisation.
 *
 * @param kind by what each row is divided
 * @param scale {@code [hidden]}
 * @param offset {@code [hidden]}; null: none
 * @param epsilon added to the mean of squares
 */
public record Norm(Kind kind, Weight scale, @Nullable Weight offset, float epsilon) {
    /** By what a row is divided. */
    public enum Kind {
        /**
         * Its standard deviation, after its mean was subtracted: <a
         * href="https://arxiv.org/abs/1607.06450">Ba et al. 2016</a>.
         */
        LAYER,
        /**
         * Its root mean square: <a href="https://arxiv.org/abs/1910.07467">Zhang and Sennrich
         * 2019</a>.
         */
        RMS
    }

    /** A layer norm of {@code name.weight} and {@code name.bias}. */
    public static Norm read(Weights weights, String name, int hidden, float epsilon) {
        return layer(weights, name, hidden, epsilon, true);
    }

    /** A layer norm, its offset optional. */
    static Norm layer(Weights weights, String name, int hidden, float epsilon, boolean bias) {
        return new Norm(
                Kind.LAYER,
                weights.get(name + ".weight", hidden),
                bias ? weights.get(name + ".bias", hidden) : null,
                epsilon);
    }

    /** A root mean square norm of {@code name.weight}. */
    static Norm rms(Weights weights, String name, int hidden, float epsilon) {
        return new Norm(Kind.RMS, weights.get(name + ".weight", hidden), null, epsilon);
    }

    /** The same for a scale that is stored as its difference from one. */
    Norm aroundOne() {
        return new Norm(kind, scale.map("+1", x -> 1 + x), offset, epsilon);
    }

    /** The same with results so many times as large. */
    Norm times(float factor) {
        return new Norm(
                kind, scale.times(factor), offset == null ? null : offset.times(factor), epsilon);
    }

    /** How many numbers it normalises together. */
    int width() {
        return scale.shape().get(0);
    }
}
