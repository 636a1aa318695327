package io.millrace.flink.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.batch.Batch;
import io.millrace.flink.batch.FlushReason;
import io.millrace.flink.testing.TestRecords;
import io.millrace.model.testing.FakeEncoder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InferenceThreadsTest {
    /** Seen to hang within the first hundreds when the pool was shut down before its queue. */
    @Test
    void closingEndsWhateverTheThreadsAreDoing() throws Exception {
        CompletableFuture<Void> closings =
                CompletableFuture.runAsync(
                        () -> {
                            for (int i = 0; i < 5_000; i++) {
                                closeWithBatchesQueued();
                            }
                        });

        assertThat(closings).succeedsWithin(60, TimeUnit.SECONDS);
    }

    private static void closeWithBatchesQueued() {
        InferenceThreads threads =
                new InferenceThreads(new FakeEncoder(64), 1, "test", inference -> {});
        Slot slot = new Slot(new BufferedRecord(TestRecords.tokens(1, 5), null), 0);
        for (int i = 0; i < 3; i++) {
            threads.submit(new Batch<>(List.of(slot), 8, 64, FlushReason.FULL));
        }
        threads.close();
    }
}
