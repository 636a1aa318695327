package io.millrace.cli.embed;

/** What became of a text. */
sealed interface Outcome {
    /** A vector, every component finite. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody; written once
    record Embedded(float[] embedding, int tokens, boolean truncated) implements Outcome {}

    /** None, and why; never quotes the text. */
    record Refused(String reason) implements Outcome {}
}
