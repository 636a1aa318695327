package io.millrace.model.arch;

/**
 * The weights of a layer norm.
 *
 * @param scale {@code [hidden]}
 * @param offset {@code [hidden]}
 * @param epsilon added to the variance
 */
public record Norm(Weight scale, Weight offset, float epsilon) {
    /** {@code name.weight} and {@code name.bias}. */
    public static Norm read(Weights weights, String name, int hidden, float epsilon) {
        return new Norm(
                weights.get(name + ".weight", hidden),
                weights.get(name + ".bias", hidden),
                epsilon);
    }
}
