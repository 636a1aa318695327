package io.millrace.model.arch;

/**
 * What is fed into the graph.
 *
 * @param ids {@code [B, S]} token ids, right-padded
 * @param lengths {@code [B]} tokens of each row; every mask comes from these, never from ids
 * @param causal whether tokens attend only to earlier ones
 */
public record Batch(Value ids, Value lengths, boolean causal) {
    /** What a token sees where only the mask limits it. */
    Window window() {
        return window(Window.ALL);
    }

    /** What a token sees within a window. */
    Window window(Window bidirectional) {
        return causal ? bidirectional.causal() : bidirectional;
    }
}
