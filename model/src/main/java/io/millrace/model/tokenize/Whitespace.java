package io.millrace.model.tokenize;

/** Spaces around a text, as Python's {@code str.strip()} sees them. */
final class Whitespace {
    private static final int NEXT_LINE = 0x85;

    private static final int RUN = 64;

    private Whitespace() {}

    /** The text with every run of one and the same space shortened to 64 of it. */
    static String shortenRuns(String text) {
        StringBuilder shortened = new StringBuilder();
        int run = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            run = i > 0 && isSpace(c) && c == text.charAt(i - 1) ? run + 1 : 0;
            if (run < RUN) {
                shortened.append(c);
            }
        }
        return shortened.toString();
    }

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
    static boolean isSpace(char c) {
        return Character.isWhitespace(c) || Character.isSpaceChar(c) || c == NEXT_LINE;
    }
}
