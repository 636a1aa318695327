package io.millrace.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.runtime.executiongraph.ErrorInfo;
import org.apache.flink.runtime.scheduler.exceptionhistory.RootExceptionHistoryEntry;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.Test;

final class JobWatchTest {
    private final FakeFlink flink = new FakeFlink();
    private final CompletableFuture<JobExecutionResult> result = new CompletableFuture<>();
    private final List<String> warnings = new ArrayList<>();
    private final JobWatch watch = new JobWatch(flink, 2, result, warnings::add);

    @Test
    void eachRestartIsToldOnceWithItsCause() {
        flink.fail(10, new IllegalStateException("outer", new IllegalStateException("disk full")));
        watch.look();
        watch.look();
        flink.fail(20, new IllegalStateException("no route"));
        watch.look();

        assertThat(warnings).hasSize(2);
        assertThat(warnings.get(0)).startsWith("restart 1 of 2: ").endsWith(": disk full");
        assertThat(warnings.get(1)).startsWith("restart 2 of 2: ").endsWith(": no route");
    }

    /** It has no restart after it, and the job's result tells it. */
    @Test
    void theLastFailureIsNoRestart() {
        flink.fail(10, new IllegalStateException("a"));
        flink.fail(20, new IllegalStateException("b"));
        flink.fail(30, new IllegalStateException("c"));
        watch.look();

        assertThat(warnings).hasSize(2);
    }

    @Test
    void aFencedProducerIsExplained() {
        flink.fail(10, new ProducerFencedException("There is a newer producer."));
        watch.look();

        assertThat(warnings.get(0)).contains("Another job has the same --transactional-id-prefix");
    }

    @Test
    void aTaskManagerThatHasNotStartedIsWaitedFor() {
        flink.taskManagers = 0;
        watch.look();

        assertThat(result).isNotDone();
    }

    @Test
    void aTaskManagerThatHasDiedEndsTheWaitWithTheCause() {
        watch.look();
        flink.fail(10, new IllegalStateException("disk full"));
        flink.taskManagers = 0;
        watch.look();

        assertThatThrownBy(result::get)
                .hasMessageContaining("task manager in this process has ended")
                .hasMessageEndingWith("disk full");
    }

    private static final class FakeFlink implements JobWatch.Watched {
        private final List<RootExceptionHistoryEntry> failures = new ArrayList<>();
        private int taskManagers = 1;

        void fail(long timestamp, Throwable cause) {
            failures.add(
                    RootExceptionHistoryEntry.fromGlobalFailure(new ErrorInfo(cause, timestamp)));
        }

        @Override
        public CompletableFuture<Integer> taskManagers() {
            return CompletableFuture.completedFuture(taskManagers);
        }

        @Override
        public CompletableFuture<Iterable<RootExceptionHistoryEntry>> failures() {
            return CompletableFuture.completedFuture(failures);
        }
    }
}
