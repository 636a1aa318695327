package io.millrace.model.tokenize;

/**
 * The part of a long text that decides its first or last tokens, so that a text of many megabytes
 * costs little more than one that fits, and never reaches the library whole.
 *
 * <p>A part is cut between two words, where a space follows something else. Tokenizers that look at
 * each word by itself make of it the beginning of the tokens of the whole. The few tokens more than
 * needed cover special tokens that have spaces in their names and would lie across the cut; for
 * other tokenizers they keep the cut far from the tokens that the model reads.
 */
final class Excerpt {
    private static final int CHARS_PER_TOKEN = 32;
    private static final int MORE_TOKENS = 64;

    /** Some seconds for the slowest tokenizers. */
    private static final int BOUND = 1 << 20;

    private Excerpt() {}

    /** How many tokens of an excerpt are enough: with fewer, more of the text must be tokenized. */
    static int enoughTokens(int maxTokens) {
        return maxTokens + MORE_TOKENS;
    }

    /** How many characters nearly always are enough tokens. */
    static int usual(int maxTokens) {
        return (int) Math.min((long) enoughTokens(maxTokens) * CHARS_PER_TOKEN, 1 << 26);
    }

    /** How many characters are tokenized at most. */
    static int bound(int maxTokens) {
        return Math.max(BOUND, usual(maxTokens));
    }

    /** The beginning of a text, to a space; empty: there is none in its last half. */
    static String beginning(String text, int length) {
        for (int end = length; end > length / 2; end--) {
            if (isBetweenWords(text, end)) {
                return text.substring(0, end);
            }
        }
        return "";
    }

    /** The end of a text, from a space; empty: there is none in its first half. */
    static String end(String text, int length) {
        for (int begin = text.length() - length; begin < text.length() - length / 2; begin++) {
            if (isBetweenWords(text, begin)) {
                return text.substring(begin);
            }
        }
        return "";
    }

    private static boolean isBetweenWords(String text, int index) {
        return text.charAt(index) == ' ' && !Whitespace.isSpace(text.charAt(index - 1));
    }

    /** As many characters of one end of a text, none of them halved. */
    static String anywhere(String text, int length, boolean end) {
        int cut = end ? text.length() - length : length;
        if (Character.isLowSurrogate(text.charAt(cut))) {
            cut += end ? 1 : -1;
        }
        return end ? text.substring(cut) : text.substring(0, cut);
    }
}
