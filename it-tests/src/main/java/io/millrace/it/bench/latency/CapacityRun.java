package io.millrace.it.bench.latency;

import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.Semaphore;

/**
 * Finds how many texts a second come through when there is always another one waiting: each text
 * that comes back lets one more go.
 */
final class CapacityRun {
    /** Enough that no subtask ever waits for a text, or for company in a batch. */
    static final int UNDER_WAY_PER_SUBTASK = 1200;

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final double NANOS = 1e9;

    private final Pipeline pipeline;
    private final Texts texts;
    private final int run;
    private final int underWay;
    private final Semaphore mayBeSent;
    private final BitSet seen = new BitSet();

    /** The sender's while it lives, {@link #measure}'s afterwards. */
    private int sent;

    private volatile boolean enough;

    private CapacityRun(Pipeline pipeline, Texts texts, int run, int underWay) {
        this.pipeline = pipeline;
        this.texts = texts;
        this.run = run;
        this.underWay = underWay;
        this.mayBeSent = new Semaphore(underWay);
    }

    /**
     * Texts per second, from a poll that returned after the warm-up to one that returned so much
     * later. The warm-up begins when as many texts are back as are under way at once: until then
     * batches are small, and many of their shapes are the first of their kind.
     */
    static double measure(
            Pipeline pipeline,
            Texts texts,
            int run,
            int parallelism,
            Duration warmUp,
            Duration length)
            throws Exception {
        return new CapacityRun(pipeline, texts, run, UNDER_WAY_PER_SUBTASK * parallelism)
                .measure(warmUp, length);
    }

    private double measure(Duration warmUp, Duration length) throws Exception {
        Thread sender = new Thread(this::send, "capacity-sender");
        sender.setDaemon(true);
        sender.start();
        double textsPerSecond;
        try {
            long full = receiveTexts(underWay);
            long begin = receiveUntil(full + warmUp.toNanos());
            int before = seen.cardinality();
            long end = receiveUntil(begin + length.toNanos());
            textsPerSecond = (seen.cardinality() - before) / ((end - begin) / NANOS);
        } finally {
            enough = true;
            mayBeSent.release();
            sender.join();
        }
        while (seen.cardinality() < sent) {
            receive();
        }
        return textsPerSecond;
    }

    private long receiveTexts(int count) throws Exception {
        long now = receive();
        while (seen.cardinality() < count) {
            now = receive();
        }
        return now;
    }

    private long receiveUntil(long nanos) throws Exception {
        long now = receive();
        while (now < nanos) {
            now = receive();
        }
        return now;
    }

    /** Waits for vectors, and says when they came. */
    private long receive() throws Exception {
        long asked = System.nanoTime();
        while (true) {
            Pipeline.Arrived arrived = pipeline.poll(POLL);
            if (!arrived.rejected().isEmpty()) {
                throw new IllegalStateException(
                        "expected a vector for every text, found %d texts among the dead letters"
                                .formatted(arrived.rejected().size()));
            }
            for (TextId id : arrived.vectors()) {
                if (id.run() != run || seen.get(id.text())) {
                    throw new IllegalStateException(
                            "expected one vector for every text, found two for text " + id.text());
                }
                seen.set(id.text());
                mayBeSent.release();
            }
            if (!arrived.vectors().isEmpty()) {
                return arrived.nanos();
            }
            if (System.nanoTime() - asked > PATIENCE.toNanos()) {
                throw new IllegalStateException(
                        "expected a vector within %d s, found none after %d texts"
                                .formatted(PATIENCE.toSeconds(), seen.cardinality()));
            }
        }
    }

    private void send() {
        mayBeSent.acquireUninterruptibly();
        while (!enough) {
            pipeline.send(new TextId(run, sent), texts.get(sent));
            sent++;
            mayBeSent.acquireUninterruptibly();
        }
    }
}
