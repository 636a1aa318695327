package io.millrace.cli.shell;

import org.apache.flink.util.SerializedThrowable;

/** Flink wraps what went wrong several times; this is what it was. */
public final class RootCause {
    private RootCause() {}

    /** The innermost cause that says something. */
    public static String of(Throwable failure) {
        Throwable told = failure;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null && !cause.getMessage().isBlank()) {
                told = cause;
            }
        }
        String message = told.getMessage();
        if (message == null || message.isBlank()) {
            return told.getClass().getName();
        }
        return told instanceof SerializedThrowable
                ? message
                : told.getClass().getSimpleName() + ": " + message;
    }
}
