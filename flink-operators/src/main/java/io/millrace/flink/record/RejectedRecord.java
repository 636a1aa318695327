package io.millrace.flink.record;

/**
 * A record that got no vector, and why. On its way to the dead letters.
 *
 * @param source the record, unchanged
 * @param stage the step that refused it
 * @param errorClass name of the exception's class
 * @param reason for people; never quotes the text
 */
public record RejectedRecord(TextRecord source, Stage stage, String errorClass, String reason) {
    /** A record that this exception kept from its vector. */
    public static RejectedRecord of(TextRecord source, Stage stage, Exception cause) {
        String message = cause.getMessage();
        return new RejectedRecord(
                source,
                stage,
                cause.getClass().getName(),
                message == null ? cause.getClass().getSimpleName() : message);
    }

    /** The steps of a record's way that may refuse it. */
    public enum Stage {
        DECODE,
        TOKENIZE,
        ENCODE,
        EMIT
    }
}
