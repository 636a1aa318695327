package io.millrace.cli.shell;

/** Arguments, a file or a model directory that cannot be used; nothing was started. */
public final class UnusableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnusableException(String message) {
        super(message);
    }

    public UnusableException(String message, Throwable cause) {
        super(message, cause);
    }
}
