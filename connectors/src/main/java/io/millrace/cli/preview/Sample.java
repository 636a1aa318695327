package io.millrace.cli.preview;

import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.TextRecord;

/**
 * A text that has its vector, as the page shows it.
 *
 * @param text the text, shortened; for a record of token ids, where it was read
 * @param tokens tokens that were encoded
 * @param truncated whether tokens were cut off to fit the model
 * @param vector of any length, changed by nobody
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Sample(String text, int tokens, boolean truncated, float[] vector) {
    /** A longer text is shown by its beginning. The whole may be megabytes. */
    private static final int SHOWN = 400;

    static Sample of(EmbeddingRecord record, float[] vector) {
        TextRecord source = record.source();
        String text = source.text();
        return new Sample(
                text == null ? "token ids at " + source.origin() : shortened(text),
                record.tokens(),
                record.truncated(),
                vector);
    }

    private static String shortened(String text) {
        if (text.length() <= SHOWN) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(SHOWN - 1)) ? SHOWN - 1 : SHOWN;
        return text.substring(0, end) + "…";
    }
}
