package io.millrace.cli.local;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.runtime.scheduler.exceptionhistory.RootExceptionHistoryEntry;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells each failure that a job is restarted after, with its cause; and ends the wait for a job
 * whose only task manager has died. Flink by itself waits minutes for another one, which nobody
 * will start, and then complains of too few resources.
 */
final class JobWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JobWatch.class);
    private static final Duration PERIOD = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Watched flink;
    private final int restarts;
    private final CompletableFuture<JobExecutionResult> result;
    private final Consumer<String> warnings;
    private final ScheduledExecutorService timer;
    private long toldUntilMillis;
    private int told;
    private String lastCause = "no task has failed before";
    private boolean hadTaskManager;

    /** What is looked at. */
    interface Watched {
        /** How many task managers are connected: none while it starts and once it has died. */
        CompletableFuture<Integer> taskManagers();

        /** What has failed so far, in its order; the oldest of many are forgotten. */
        CompletableFuture<Iterable<RootExceptionHistoryEntry>> failures();
    }

    JobWatch(
            Watched flink,
            int restarts,
            CompletableFuture<JobExecutionResult> result,
            Consumer<String> warnings) {
        this.flink = flink;
        this.restarts = restarts;
        this.result = result;
        this.warnings = warnings;
        this.timer =
                new ScheduledThreadPoolExecutor(
                        1,
                        task -> {
                            Thread thread = new Thread(task, "millrace-job-watch");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /**
     * Watches from now on.
     *
     * @param restarts how many the job has
     * @param result of the job; failed by this class when there is nobody left to complete it
     */
    static JobWatch start(
            Watched flink, int restarts, CompletableFuture<JobExecutionResult> result) {
        JobWatch watch = new JobWatch(flink, restarts, result, LOG::warn);
        var unused =
                watch.timer.scheduleWithFixedDelay(
                        watch::look, 0, PERIOD.toMillis(), TimeUnit.MILLISECONDS);
        return watch;
    }

    void look() {
        try {
            for (RootExceptionHistoryEntry failure : await(flink.failures())) {
                tell(failure);
            }
            int taskManagers = await(flink.taskManagers());
            if (taskManagers > 0) {
                hadTaskManager = true;
            } else if (hadTaskManager) {
                result.completeExceptionally(
                        new IllegalStateException(
                                "Flink's task manager in this process has ended; the last failure: "
                                        + lastCause));
            }
        } catch (ExecutionException | TimeoutException e) {
            // Before the job is there, and once Flink ends, it has no answers.
            LOG.debug("Flink did not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tell(RootExceptionHistoryEntry failure) {
        if (failure.getTimestamp() <= toldUntilMillis) {
            return;
        }
        toldUntilMillis = failure.getTimestamp();
        told++;
        lastCause = FailureCause.of(failure.getException());
        // The last failure of all is the job's own, which its result tells.
        if (told <= restarts && !result.isDone()) {
            warnings.accept("restart %d of %d: %s".formatted(told, restarts, lastCause));
        }
    }

    private static <T> T await(CompletableFuture<T> answer)
            throws ExecutionException, InterruptedException, TimeoutException {
        return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
