package io.millrace.cli.shell;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jline.utils.Signals;

/**
 * Ctrl-C or SIGTERM as something to wait for, so that a command can end its work in order rather
 * than beneath a JVM that is being torn down. A second signal ends the process at once.
 */
public final class Interruption implements AutoCloseable {
    private static final List<String> SIGNALS = List.of("INT", "TERM");

    /** What a shell answers for a process that SIGINT ended: 128 + 2. */
    private static final int INTERRUPTED = 130;

    private final CountDownLatch requested = new CountDownLatch(1);
    private final List<Object> previous = new ArrayList<>();

    private Interruption() {}

    /** Takes signals from now on. */
    public static Interruption listen() {
        Interruption interruption = new Interruption();
        for (String signal : SIGNALS) {
            interruption.previous.add(Signals.register(signal, interruption::onSignal));
        }
        return interruption;
    }

    private void onSignal() {
        if (requested.getCount() == 0) {
            Runtime.getRuntime().halt(INTERRUPTED);
        }
        requested.countDown();
    }

    /** Whether a signal has come. */
    public boolean isRequested() {
        return requested.getCount() == 0;
    }

    /**
     * Waits for a signal.
     *
     * @return whether one has come
     */
    public boolean await(Duration timeout) throws InterruptedException {
        return requested.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Waits for a signal. */
    public void await() throws InterruptedException {
        requested.await();
    }

    /** Gives the signals back to whoever had them before. */
    @Override
    public void close() {
        for (int i = 0; i < SIGNALS.size(); i++) {
            Signals.unregister(SIGNALS.get(i), previous.get(i));
        }
    }
}
