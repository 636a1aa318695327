package io.millrace.model.tokenize;

/** This one text cannot be embedded. The message says why and never quotes the text. */
public final class TextException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TextException(String message) {
        super(message);
    }

    public TextException(String message, Throwable cause) {
        super(message, cause);
    }
}
