package io.millrace.flink.batch;

/** Why a batch was closed. */
public enum FlushReason {
    /** It holds all that one batch may, or all that the operator may hold back. */
    FULL,
    /** Its oldest text has waited long enough. */
    LINGER,
    /** No more texts will come. */
    END_OF_INPUT
}
