package io.millrace.model.arch;

/**
 * How far a token sees.
 *
 * @param before at most so many positions back
 * @param after at most so many positions ahead
 */
public record Window(int before, int after) {
    /** Every position. */
    public static final Window ALL = new Window(Integer.MAX_VALUE, Integer.MAX_VALUE);

    /** At most so far in both directions. */
    public static Window within(int distance) {
        return new Window(distance, distance);
    }

    /** The same, but nothing ahead. */
    public Window causal() {
        return new Window(before, 0);
    }
}
