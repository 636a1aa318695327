package io.millrace.flink.testing;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.flink.api.connector.source.lib.NumberSequenceSource.NumberSequenceSplit;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiter;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;

/**
 * So many records of each source subtask for each completed checkpoint, however slow the machine
 * is. (Flink's own limiter of this kind fails on a checkpoint that completes before its first
 * record.)
 *
 * @param records records of one subtask
 */
public record PerCheckpoint(int records) implements RateLimiterStrategy<NumberSequenceSplit> {
    @Override
    public RateLimiter<NumberSequenceSplit> createRateLimiter(int parallelism) {
        return new Gate(records);
    }

    private static final class Gate implements RateLimiter<NumberSequenceSplit> {
        private final int records;
        private int left;
        private CompletableFuture<Void> open = CompletableFuture.completedFuture(null);

        Gate(int records) {
            this.records = records;
            this.left = records;
        }

        @Override
        public CompletionStage<Void> acquire(int count) {
            if (left <= 0) {
                open = new CompletableFuture<>();
            }
            return open.thenRun(() -> left -= count);
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) {
            left = records;
            open.complete(null);
        }
    }
}
