package io.millrace.it.bench.latency;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Sends every text of a schedule at its time, whatever became of those before it, and receives what
 * comes back.
 */
final class LoadRun {
    private static final Duration POLL = Duration.ofMillis(100);

    /** Without a vector for so long after the last text was sent, the rest is lost. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Pipeline pipeline;
    private final Texts texts;
    private final int run;
    private final Ledger ledger;
    private final long start;

    private LoadRun(Pipeline pipeline, Texts texts, int run, Schedule schedule) {
        this.pipeline = pipeline;
        this.texts = texts;
        this.run = run;
        this.ledger = new Ledger(schedule);
        this.start = System.nanoTime();
    }

    /**
     * Plays a schedule to its end, and on until all texts are back or given up.
     *
     * @param run a number that no run before it had
     */
    static Ledger play(Pipeline pipeline, Texts texts, int run, Schedule schedule)
            throws Exception {
        return new LoadRun(pipeline, texts, run, schedule).play();
    }

    private Ledger play() throws Exception {
        Thread sender = new Thread(this::send, "latency-sender");
        sender.setDaemon(true);
        sender.start();
        try {
            long progress = System.nanoTime();
            while (sender.isAlive() || !ledger.isComplete()) {
                if (receive() > 0 || sender.isAlive()) {
                    progress = System.nanoTime();
                } else if (System.nanoTime() - progress > PATIENCE.toNanos()) {
                    break;
                }
            }
            while (!pipeline.isDrained()) {
                receive();
            }
        } finally {
            sender.interrupt();
            sender.join();
        }
        return ledger;
    }

    private void send() {
        Schedule schedule = ledger.schedule();
        try {
            for (int text = 0; text < schedule.texts(); text++) {
                if (!await(schedule.nanos(text))) {
                    return;
                }
                ledger.sent(text, System.nanoTime() - start);
                pipeline.send(new TextId(run, text), texts.get(text));
            }
        } catch (InterruptException stopped) {
            // play() has given up.
        }
    }

    /** Sleeps until then: a thread that spins would take a core from what is measured. */
    private boolean await(long nanos) {
        long wait = nanos - (System.nanoTime() - start);
        while (wait > 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(wait);
            wait = nanos - (System.nanoTime() - start);
        }
        return !Thread.currentThread().isInterrupted();
    }

    /** How many records came. */
    private int receive() throws Exception {
        Pipeline.Arrived arrived = pipeline.poll(POLL);
        for (TextId id : arrived.vectors()) {
            if (id.run() == run) {
                ledger.received(id.text(), arrived.nanos() - start);
            } else {
                ledger.stray();
            }
        }
        arrived.rejected().forEach(any -> ledger.rejected());
        return arrived.vectors().size() + arrived.rejected().size();
    }
}
