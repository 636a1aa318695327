package io.millrace.kafka.options;

/** Where reading begins when no checkpoint or savepoint says. */
public enum StartOffsets {
    /** Where the group stopped; the earliest record where it never read. */
    COMMITTED,
    /** The earliest record that the broker still has. */
    EARLIEST,
    /** After the last record. */
    LATEST
}
