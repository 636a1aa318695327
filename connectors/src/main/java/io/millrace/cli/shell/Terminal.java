package io.millrace.cli.shell;

/** What the launcher knows about the terminal and Java 17 does not. */
public final class Terminal {
    /** Set by the launcher where standard error is a terminal. */
    private static final String STANDARD_ERROR = "millrace.terminal";

    private Terminal() {}

    /** Whether standard error is read by a person. */
    public static boolean onStandardError() {
        return Boolean.getBoolean(STANDARD_ERROR);
    }
}
