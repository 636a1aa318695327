package io.millrace.flink.batch;

import java.util.List;

/**
 * Texts that are encoded in one call: rows of one padded length, in the order of their arrival.
 *
 * @param rows the texts
 * @param paddedLength tokens of each row, padding included
 * @param tokenBudget the budget that it was cut under
 * @param reason why it was closed
 */
public record Batch<T>(List<T> rows, int paddedLength, int tokenBudget, FlushReason reason) {
    /** What it costs to encode. */
    public int paddedTokens() {
        return rows.size() * paddedLength;
    }

    /**
     * The earlier and the later half of a batch of at least two rows.
     *
     * @param tokenBudget the budget that they are cut under
     */
    public List<Batch<T>> halves(int tokenBudget) {
        int middle = rows.size() / 2;
        return List.of(
                new Batch<>(rows.subList(0, middle), paddedLength, tokenBudget, reason),
                new Batch<>(rows.subList(middle, rows.size()), paddedLength, tokenBudget, reason));
    }
}
