package io.millrace.cli.preview;

import io.millrace.cli.local.JobCounts;
import io.millrace.cli.local.LocalJob;
import io.millrace.cli.preview.Live.State;
import io.millrace.cli.shell.RootCause;
import io.millrace.flink.encode.SharedEncoder;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.kafka.KafkaEncodeJob;
import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.model.ModelException;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.ModelInfo;
import io.millrace.model.fetch.HubException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.flink.runtime.client.JobCancellationException;
import org.apache.flink.util.ExceptionUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is known of one job: its texts of late, its pace, its model, how it is. */
final class JobView implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JobView.class);

    /** Distinct texts that a search looks at: 15 MB of vectors of 384 components. */
    private static final int KEPT_TEXTS = 10_000;

    private final String run = UUID.randomUUID().toString();
    private final EncodeOptions encode;
    private final KafkaJobOptions kafka;
    private final Tap tap = Tap.open();
    private final RecentTexts texts = new RecentTexts(KEPT_TEXTS);
    private final TextMap map = new TextMap(texts);
    private final Meters meters = new Meters(System.nanoTime());
    private final Thread taker = new Thread(this::takeSamples, "preview-texts");
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(JobView::daemon);

    private volatile @Nullable LocalJob job;
    private volatile boolean ended;
    private volatile @Nullable Encoder encoder;

    JobView(EncodeOptions encode, KafkaJobOptions kafka) {
        this.encode = encode;
        this.kafka = kafka;
        taker.setDaemon(true);
        taker.start();
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "preview-clock");
        thread.setDaemon(true);
        return thread;
    }

    private void takeSamples() {
        try {
            texts.add(tap.take());
            shareEncoder();
            while (!ended) {
                texts.add(tap.take());
            }
        } catch (InterruptedException closed) {
            // close() ends it while it waits.
        }
    }

    /** A text has come out, so the job has its model loaded, and this is no second one. */
    private void shareEncoder() throws InterruptedException {
        try {
            encoder = SharedEncoder.open(encode.model(), encode.encoder());
        } catch (ModelException | HubException e) {
            LOG.warn("The preview cannot search: {}", e.getMessage());
        }
    }

    String tapId() {
        return tap.id();
    }

    void follow(LocalJob followed) {
        job = followed;
        ScheduledFuture<?> unused =
                clock.scheduleAtFixedRate(
                        () ->
                                meters.read(
                                        followed.counts(), tap.takeLatencies(), System.nanoTime()),
                        1,
                        1,
                        TimeUnit.SECONDS);
    }

    /** What one page is told, each time it is asked for. */
    Supplier<Live> watch(String query) {
        return new Watch(this, query)::next;
    }

    Live.Job describe() {
        State state = texts.size() == 0 ? State.WAITING : State.RUNNING;
        String failure = null;
        LocalJob followed = job;
        if (followed != null && followed.isDone()) {
            failure = failure(followed);
            state = failure == null ? State.ENDED : State.FAILED;
        } else if (ended) {
            state = State.ENDED;
        }
        return new Live.Job(
                state,
                failure,
                KafkaEncodeJob.name(encode, kafka),
                kafka.inputTopics(),
                kafka.outputTopic(),
                model());
    }

    private static @Nullable String failure(LocalJob done) {
        try {
            done.await();
            return null;
        } catch (ExecutionException e) {
            return ExceptionUtils.findThrowable(e, JobCancellationException.class).isPresent()
                    ? null
                    : RootCause.of(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private @Nullable ModelInfo model() {
        Encoder shared = encoder;
        return shared == null ? null : shared.info();
    }

    /** The job's own model; null until a text has come out. */
    @Nullable Encoder encoder() {
        return encoder;
    }

    Live.Totals totals() {
        LocalJob followed = job;
        JobCounts counts = followed == null ? new JobCounts() : followed.counts();
        return new Live.Totals(
                counts.in(),
                counts.out(),
                counts.rejected(),
                counts.truncated(),
                tap.leftOut(),
                texts.size());
    }

    String run() {
        return run;
    }

    RecentTexts texts() {
        return texts;
    }

    TextMap map() {
        return map;
    }

    List<Meters.Reading> readings() {
        return meters.readings();
    }

    /** From now on the job counts as ended. */
    void end() {
        ended = true;
    }

    @Override
    public void close() throws InterruptedException {
        end();
        tap.close();
        clock.shutdownNow();
        taker.interrupt();
        taker.join();
        Encoder shared = encoder;
        if (shared != null) {
            shared.close();
        }
    }
}
