package io.millrace.cli.shell;

import java.io.IOException;

/** Whoever read the output has gone away, as {@code head} does: nothing to tell anybody. */
public final class BrokenPipeException extends IOException {
    private static final long serialVersionUID = 1L;

    public BrokenPipeException(IOException cause) {
        super(cause.getMessage(), cause);
    }

    /** Whether this is what the system says to a writer without a reader. */
    public static boolean isOne(IOException e) {
        return "Broken pipe".equals(e.getMessage());
    }
}
