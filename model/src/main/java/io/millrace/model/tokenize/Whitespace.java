package io.millrace.model.tokenize;

/** Spaces around a text, as Python's {@code str.strip()} sees them. */
final class Whitespace {
    private static final int NEXT_LINE = 0x85;

    private Whitespace() {}

    static String strip(String text) {
        int begin = 0;
        int end = text.length();
        while (begin < end && isSpace(text.charAt(begin))) {
            begin++;
        }
        while (end > begin && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(begin, end);
    }

    /** All of Unicode's, no-break spaces too, which {@link String#strip} leaves. */
    private static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == NEXT_LINE;
    }
}
