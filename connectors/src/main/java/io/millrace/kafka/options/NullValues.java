package io.millrace.kafka.options;

/** What becomes of a record without a value. Without a key it is a dead letter in any case. */
public enum NullValues {
    /** A record without a value on the output, under the same key: it deletes there too. */
    TOMBSTONE,
    /** A dead letter. */
    DEAD_LETTER
}
