package io.millrace.kafka.decode;

/** A record's value is not what the input format says. The message never quotes the value. */
final class DecodeException extends Exception {
    private static final long serialVersionUID = 1L;

    DecodeException(String message) {
        super(message);
    }
}
