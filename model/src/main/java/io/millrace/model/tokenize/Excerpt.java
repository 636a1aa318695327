package io.millrace.model.tokenize;

/**
 * The part of a huge text that decides its first or last tokens, so that a text of a megabyte costs
 * little more than one that fits.
 *
 * <p>Only for tokenizers that look at each word by itself: there the tokens of a part that ends
 * between two words are the beginning of the tokens of the whole. The few tokens more than needed
 * cover special tokens that have spaces in their names and would lie across the cut.
 */
final class Excerpt {
    private static final int CHARS_PER_TOKEN = 32;
    private static final int MORE_TOKENS = 64;

    private Excerpt() {}

    /** How many tokens of an excerpt are enough: with fewer, all of the text must be tokenized. */
    static int enoughTokens(int maxTokens) {
        return maxTokens + MORE_TOKENS;
    }

    /** Whether it is worth cutting. */
    static boolean isWorthwhile(String text, int maxTokens) {
        return text.length() / 2 > chars(maxTokens);
    }

    /** The beginning of a text, to a space. */
    static String beginning(String text, int maxTokens) {
        int end = chars(maxTokens);
        while (end > 0 && text.charAt(end) != ' ') {
            end--;
        }
        return text.substring(0, end);
    }

    /** The end of a text, from a space. */
    static String end(String text, int maxTokens) {
        int begin = text.length() - chars(maxTokens);
        while (begin < text.length() && text.charAt(begin) != ' ') {
            begin++;
        }
        return text.substring(begin);
    }

    private static int chars(int maxTokens) {
        return Math.multiplyExact(enoughTokens(maxTokens), CHARS_PER_TOKEN);
    }
}
