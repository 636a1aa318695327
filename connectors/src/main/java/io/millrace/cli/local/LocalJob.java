package io.millrace.cli.local;

import io.millrace.cli.shell.TemporaryDirectory;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.kafka.KafkaEncodeJob;
import io.millrace.kafka.options.KafkaJobOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import org.apache.flink.api.common.JobExecutionResult;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Kafka job on a Flink in this process; closing ends both and removes what they left on disk,
 * except for a state directory.
 */
public final class LocalJob implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalJob.class);
    private static final String LOOPBACK = "localhost";
    private static final int RESTARTS = 10;
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(60);

    private final TemporaryDirectory files;
    private final @Nullable StateDirectory state;
    private final JobCountsReporter.Registration registration;
    private final LocalFlink flink;
    private final JobClient client;
    private final CompletableFuture<JobExecutionResult> result;
    private final JobWatch watch;
    private boolean stopped;

    private LocalJob(
            TemporaryDirectory files,
            @Nullable StateDirectory state,
            JobCountsReporter.Registration registration,
            LocalFlink flink) {
        this.files = files;
        this.state = state;
        this.registration = registration;
        this.flink = flink;
        this.client = flink.client();
        this.result = client.getJobExecutionResult();
        this.watch = JobWatch.start(flink, RESTARTS, result);
    }

    /**
     * Where a local job keeps its state, and where it shows itself.
     *
     * @param state checkpoints stay here, and the job goes on from the newest; null: they go with
     *     the job. Stays the caller's to close
     * @param webPort port of Flink's web interface; null: none
     */
    public record Place(@Nullable StateDirectory state, @Nullable Integer webPort) {}

    /** Starts a Flink and the job on it. */
    public static LocalJob start(EncodeOptions encode, KafkaJobOptions kafka, Place place)
            throws Exception {
        return start(encode, kafka, place, UnaryOperator.identity());
    }

    /** As above; the vectors take this way on their way out. */
    public static LocalJob start(
            EncodeOptions encode,
            KafkaJobOptions kafka,
            Place place,
            UnaryOperator<DataStream<EmbeddingRecord>> tap)
            throws Exception {
        TemporaryDirectory files = TemporaryDirectory.create("millrace-flink-");
        try {
            Configuration configuration =
                    configuration(files.path(), place.state(), place.webPort());
            JobCountsReporter.Registration registration = JobCountsReporter.register(configuration);
            StreamExecutionEnvironment env =
                    StreamExecutionEnvironment.createLocalEnvironment(configuration);
            KafkaEncodeJob.build(env, encode, kafka, tap);
            LocalFlink flink =
                    LocalFlink.start(env, KafkaEncodeJob.name(encode, kafka), configuration);
            return new LocalJob(files, place.state(), registration, flink);
        } catch (Exception e) {
            files.close();
            throw e;
        }
    }

    private static Configuration configuration(
            Path files, @Nullable StateDirectory state, @Nullable Integer webPort)
            throws IOException {
        Configuration configuration = new Configuration();
        configuration.set(CoreOptions.TMP_DIRS, files.toString());
        configuration.set(WebOptions.TMP_DIR, files.toString());
        configuration.set(WebOptions.UPLOAD_DIR, files.toString());
        configuration.set(RestOptions.ADDRESS, LOOPBACK);
        configuration.set(RestOptions.BIND_ADDRESS, LOOPBACK);
        configuration.set(WebOptions.SUBMIT_ENABLE, false);
        if (webPort != null) {
            configuration.set(RestOptions.PORT, webPort);
        }
        // A broker that restarts is waited for; what fails again and again ends the job.
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
        configuration.set(
                RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_ATTEMPTS, RESTARTS);
        Path checkpoints = state == null ? files.resolve("checkpoints") : state.checkpoints();
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
        if (state != null) {
            configuration.set(
                    CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                    ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
            Optional<Path> newest = state.newest();
            if (newest.isPresent()) {
                configuration.set(
                        StateRecoveryOptions.SAVEPOINT_PATH, newest.get().toUri().toString());
                configuration.set(StateRecoveryOptions.RESTORE_MODE, RecoveryClaimMode.CLAIM);
            }
        }
        return configuration;
    }

    /** What it has done since it was started. */
    public JobCounts counts() {
        return registration.counts();
    }

    /** Whether it has ended, well or badly. */
    public boolean isDone() {
        return result.isDone();
    }

    /** Whether it has read a bounded input to its end. */
    public boolean isFinished() {
        return !stopped && result.isDone() && !result.isCompletedExceptionally();
    }

    /**
     * Waits for its end.
     *
     * @throws ExecutionException when it failed
     */
    public void await() throws ExecutionException, InterruptedException {
        result.get();
    }

    /**
     * Ends it in order: what was encoded is written and committed, what was not is in a savepoint.
     * Where that takes too long or fails it is cancelled; then its last checkpoint counts.
     *
     * @return whether it ended in order
     */
    public boolean stop() throws InterruptedException {
        stopped = true;
        Path savepoints = state == null ? files.path() : state.savepoints();
        try {
            client.stopWithSavepoint(
                            false, savepoints.toUri().toString(), SavepointFormatType.CANONICAL)
                    .get(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("Not stopped in order", e);
            cancel();
            return false;
        }
    }

    private void cancel() throws InterruptedException {
        try {
            client.cancel().get(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.debug("Not cancelled", e);
        }
    }

    @Override
    public void close() throws Exception {
        watch.close();
        if (!stopped && !isDone()) {
            cancel();
        }
        flink.close();
        registration.close();
        files.close();
    }
}
