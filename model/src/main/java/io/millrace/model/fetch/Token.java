package io.millrace.model.fetch;

import java.util.Optional;

/** A secret that shows itself to nobody but the request it is for. */
final class Token {
    private final String value;

    private Token(String value) {
        this.value = value;
    }

    /**
     * The token in a text; empty for a blank one.
     *
     * @param source where the text comes from, for the message
     * @throws HubException when it could not be sent; a header's own complaint would quote it
     */
    static Optional<Token> of(String text, String source) {
        String value = text.strip();
        if (value.isEmpty()) {
            return Optional.empty();
        }
        if (!value.chars().allMatch(character -> character > ' ' && character < 0x7F)) {
            throw HubException.lasting(
                    source + ": expected a token of printable ASCII, found other characters");
        }
        return Optional.of(new Token(value));
    }

    /** The value of an {@code Authorization} header. */
    String authorization() {
        return "Bearer " + value;
    }

    @Override
    public String toString() {
        return "******";
    }
}
