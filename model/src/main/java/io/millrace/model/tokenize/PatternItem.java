package io.millrace.model.tokenize;

import java.util.List;

/**
 * A part of a regular expression with how often it is repeated.
 *
 * @param text one character or class as it is written, and what a group begins with
 * @param group the alternatives of a group; empty: a single character, or a place in the text
 * @param assertion whether it takes no character: {@code \b}, {@code (?=…)}
 * @param min how often at least
 * @param max how often at most; {@link #NO_END}: as often as there is something. Possessive or
 *     lazy, it is read as many times
 */
record PatternItem(
        String text, List<List<PatternItem>> group, boolean assertion, int min, int max) {
    static final int NO_END = Integer.MAX_VALUE;

    /** What differs by more than this in length is as good as without an end. */
    private static final int FEW = 10;

    boolean unbounded() {
        return max - min > FEW;
    }

    /** How many ways there are to take it, where the ends are known. */
    int choices() {
        return unbounded() ? 1 : max - min + 1;
    }

    /** How many copies of a group there are at most. */
    int repeats() {
        return unbounded() ? 1 : Math.max(1, max);
    }
}
