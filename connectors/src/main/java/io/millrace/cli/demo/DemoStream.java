package io.millrace.cli.demo;

import io.millrace.cli.local.LocalJob;
import io.millrace.cli.shell.Interruption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;

/** Streams until every record has come out, telling about it once a second. */
final class DemoStream {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final double NANOS = 1e9;

    /** Without any progress for so long, something is wrong. */
    private static final double PATIENCE_SECONDS = 120;

    private final DemoSender sender;
    private final DemoReceiver receiver;
    private final LocalJob job;
    private final Interruption interruption;
    private final DemoScreen screen;

    private long start;
    private long firstArrival;
    private long lastShown;
    private long doneWhenShown;

    /** How a stream ended. */
    enum End {
        /** Every record came out, once. */
        COMPLETE,
        /** Some did not, or some came twice. */
        INCOMPLETE,
        /** A signal came first. */
        INTERRUPTED
    }

    DemoStream(
            DemoSender sender,
            DemoReceiver receiver,
            LocalJob job,
            Interruption interruption,
            DemoScreen screen) {
        this.sender = sender;
        this.receiver = receiver;
        this.job = job;
        this.interruption = interruption;
        this.screen = screen;
    }

    /**
     * Sends so many records and waits for what becomes of them.
     *
     * @param telling texts whose neighbours are shown at the end, where they have come
     * @throws ExecutionException when the job failed
     */
    End run(long records, List<String> telling) throws ExecutionException, InterruptedException {
        screen.begin("", "loading it, first batch");
        start = System.nanoTime();
        lastShown = start;
        long lastProgress = start;
        sender.start();
        while (done() < records) {
            long before = done();
            receiver.poll(POLL);
            long now = System.nanoTime();
            if (done() > before) {
                lastProgress = now;
                if (before == 0) {
                    firstArrival = now;
                    lastShown = now;
                    screen.done((now - start) / NANOS, " until the first vectors");
                    screen.line("");
                }
            }
            if (interruption.isRequested()) {
                return End.INTERRUPTED;
            }
            if (job.isDone()) {
                job.await();
            }
            if ((now - lastProgress) / NANOS > PATIENCE_SECONDS) {
                return End.INCOMPLETE;
            }
            if ((now - lastShown) / NANOS >= 1 && done() < records) {
                if (firstArrival == 0) {
                    screen.stillWaiting();
                    lastShown = now;
                } else {
                    show(now, (done() - doneWhenShown) / ((now - lastShown) / NANOS));
                    screen.sample(receiver.neighbours());
                }
            }
        }
        // Since the first came: before that, Flink was starting and the model being loaded.
        long now = System.nanoTime();
        show(now, done() / Math.max((now - firstArrival) / NANOS, POLL.toMillis() / 1e3));
        screen.last(receiver.neighbours(), telling);
        return done() == records ? End.COMPLETE : End.INCOMPLETE;
    }

    private long done() {
        return receiver.embedded() + receiver.rejected();
    }

    private void show(long now, double recordsPerSecond) {
        screen.progress(
                (now - start) / NANOS,
                sender.sent(),
                receiver.embedded(),
                receiver.rejected(),
                recordsPerSecond);
        lastShown = now;
        doneWhenShown = done();
    }
}
