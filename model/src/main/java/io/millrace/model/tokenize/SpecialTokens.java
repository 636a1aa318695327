package io.millrace.model.tokenize;

import java.util.Arrays;

/**
 * The tokens that the tokenizer puts around a text, such as {@code [CLS]} and {@code [SEP]}; a cut
 * keeps them.
 *
 * @param prefix ids before the text
 * @param suffix ids after the text
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record SpecialTokens(int[] prefix, int[] suffix) {
    /**
     * Finds them in what the tokenizer made of some text.
     *
     * @param mask one where a token was put around, zero where it is the text's
     */
    static SpecialTokens around(int[] ids, long[] mask) {
        int begin = 0;
        while (begin < ids.length && mask[begin] == 1) {
            begin++;
        }
        int end = ids.length;
        while (end > begin && mask[end - 1] == 1) {
            end--;
        }
        return new SpecialTokens(
                Arrays.copyOf(ids, begin), Arrays.copyOfRange(ids, end, ids.length));
    }

    int count() {
        return prefix.length + suffix.length;
    }

    /**
     * The first {@code length} ids of a text, with what is around it kept where it is there.
     *
     * @param length at least {@link #count}, at most {@code ids.length}
     */
    int[] keepFirst(int[] ids, int length) {
        int[] kept = Arrays.copyOf(ids, length);
        if (endsWith(ids, suffix)) {
            System.arraycopy(suffix, 0, kept, length - suffix.length, suffix.length);
        }
        return kept;
    }

    /** The last {@code length} ids of a text, with what is around it kept where it is there. */
    int[] keepLast(int[] ids, int length) {
        int[] kept = Arrays.copyOfRange(ids, ids.length - length, ids.length);
        if (startsWith(ids, prefix)) {
            System.arraycopy(prefix, 0, kept, 0, prefix.length);
        }
        return kept;
    }

    private static boolean startsWith(int[] ids, int[] prefix) {
        return ids.length >= prefix.length
                && Arrays.equals(ids, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static boolean endsWith(int[] ids, int[] suffix) {
        int start = ids.length - suffix.length;
        return start >= 0 && Arrays.equals(ids, start, ids.length, suffix, 0, suffix.length);
    }
}
