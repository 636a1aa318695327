package io.millrace.it.bench.peer;

import java.util.Arrays;
import java.util.List;

/**
 * Texts of about one length, padded to the longest of them, as the peers' inputs want it.
 *
 * @param texts which of the corpus, by their numbers
 * @param length of each row, padding included
 * @param ids {@code [rows · length]}
 * @param mask {@code [rows · length]}: 1 for a token, 0 for padding
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record PaddedBatch(List<Integer> texts, int length, long[] ids, long[] mask) {
    static PaddedBatch of(List<Integer> texts, int[][] all, int padTokenId) {
        int length = texts.stream().mapToInt(text -> all[text].length).max().orElseThrow();
        long[] ids = new long[texts.size() * length];
        long[] mask = new long[ids.length];
        Arrays.fill(ids, padTokenId);
        for (int row = 0; row < texts.size(); row++) {
            int[] text = all[texts.get(row)];
            for (int i = 0; i < text.length; i++) {
                ids[row * length + i] = text[i];
                mask[row * length + i] = 1;
            }
        }
        return new PaddedBatch(List.copyOf(texts), length, ids, mask);
    }

    int rows() {
        return texts.size();
    }

    /** Both dimensions, as tensors want them. */
    long[] shape() {
        return new long[] {rows(), length};
    }

    int tokens(int row) {
        int tokens = 0;
        while (tokens < length && mask[row * length + tokens] == 1) {
            tokens++;
        }
        return tokens;
    }
}
