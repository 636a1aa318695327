package io.millrace.model.read;

/** A file that is not a safetensors file: what was expected and what was found. */
final class SafetensorsException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String expected;
    private final String found;

    SafetensorsException(String expected, String found) {
        super("expected %s, found %s".formatted(expected, found));
        this.expected = expected;
        this.found = found;
    }

    String expected() {
        return expected;
    }

    String found() {
        return found;
    }
}
