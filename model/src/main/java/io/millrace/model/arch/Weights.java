package io.millrace.model.arch;

/** The tensors of a model, asked for by name and shape. */
public interface Weights {
    /**
     * The tensor of this name, without the prefix of a larger model.
     *
     * <p>A tensor that is missing or of another shape is noted as a problem of the directory, and
     * what is returned then must not be loaded: so that one reading finds all problems.
     */
    Weight get(String name, int... shape);

    /** Whether there is a tensor of this name. */
    boolean has(String name);
}
