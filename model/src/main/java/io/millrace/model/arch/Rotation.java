package io.millrace.model.arch;

/**
 * The angles of one batch, ready to turn heads by.
 *
 * @param rope what they were made of
 * @param cos {@code [1 or B, 1, S, dimensions / 2]}
 * @param sin {@code [1 or B, 1, S, dimensions / 2]}
 */
public record Rotation(Rope rope, Value cos, Value sin) {}
