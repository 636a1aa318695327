package io.millrace.model.tokenize;

/** What happens to a text of more tokens than the model takes. */
public enum Truncation {
    /** The end is cut off, as the reference does by default. */
    RIGHT,
    /** The beginning is cut off. */
    LEFT,
    /** The text is refused with a {@link TextException}. */
    REJECT
}
