package io.millrace.model.arch;

/**
 * Which positions see which, where not all see all; padding and what is to come are hidden besides.
 *
 * <p>Positions come in blocks. A position sees the blocks near its own, the first positions of the
 * text, and blocks drawn for its own; the first positions see everything. With blocks of one
 * position and none drawn that is Longformer's window (Beltagy et al. 2020, <a
 * href="https://arxiv.org/abs/2004.05150">Longformer</a>), else BigBird's pattern (Zaheer et al.
 * 2020, <a href="https://arxiv.org/abs/2007.14062">Big Bird</a>); global positions have no
 * projections of their own, as in BigBird.
 *
 * @param block positions of a block
 * @param near the blocks seen from a block
 * @param global so many positions at the beginning see all and are seen by all
 * @param drawn the blocks drawn for each block, as many for each; empty: none
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Pattern(int block, Window near, int global, int[][] drawn) {
    /** Every position sees every other. */
    static final Pattern ALL = new Pattern(1, Window.ALL, 0, new int[0][]);

    /** Positions so far away on either side. */
    static Pattern within(int distance, int global) {
        return new Pattern(1, Window.within(distance), global, new int[0][]);
    }

    /** Whether nothing is hidden by it. */
    boolean seesAll() {
        return near.equals(Window.ALL);
    }
}
