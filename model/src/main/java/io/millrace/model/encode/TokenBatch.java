package io.millrace.model.encode;

import java.util.Arrays;
import java.util.List;

/**
 * Token ids of several texts, right-padded to one length: one call of the encoder.
 *
 * @param rows number of texts
 * @param paddedLength tokens of each row, padding included
 * @param ids {@code [rows * paddedLength]}, row after row
 * @param lengths {@code [rows]}, tokens of each row without padding; the masks come from these,
 *     never from ids
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; handed to native memory once
public record TokenBatch(int rows, int paddedLength, int[] ids, int[] lengths) {
    public TokenBatch {
        if (ids.length != (long) rows * paddedLength || lengths.length != rows) {
            throw new IllegalArgumentException(
                    "batch of %d rows of %d tokens: expected %d ids and %d lengths, found %d and %d"
                            .formatted(
                                    rows,
                                    paddedLength,
                                    (long) rows * paddedLength,
                                    rows,
                                    ids.length,
                                    lengths.length));
        }
        for (int row = 0; row < rows; row++) {
            checkLength(row, lengths[row], paddedLength);
        }
    }

    /**
     * Several texts as one batch.
     *
     * @param texts token ids of each text, none longer than {@code paddedLength}
     * @param padTokenId fills each row's end
     */
    public static TokenBatch pad(List<int[]> texts, int paddedLength, int padTokenId) {
        int[] ids = new int[Math.multiplyExact(texts.size(), paddedLength)];
        int[] lengths = new int[texts.size()];
        for (int row = 0; row < texts.size(); row++) {
            int[] text = texts.get(row);
            checkLength(row, text.length, paddedLength);
            int start = row * paddedLength;
            System.arraycopy(text, 0, ids, start, text.length);
            Arrays.fill(ids, start + text.length, start + paddedLength, padTokenId);
            lengths[row] = text.length;
        }
        return new TokenBatch(texts.size(), paddedLength, ids, lengths);
    }

    private static void checkLength(int row, int length, int paddedLength) {
        if (length < 1 || length > paddedLength) {
            throw new IllegalArgumentException(
                    "row %d: expected 1 to %d tokens, found %d"
                            .formatted(row, paddedLength, length));
        }
    }
}
