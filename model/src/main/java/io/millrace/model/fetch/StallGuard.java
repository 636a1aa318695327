package io.millrace.model.fetch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Reads a response, but not for ever: java.net.http waits without end for a server that stopped in
 * the middle. Here the stream is closed under the reader when nothing has come for too long.
 */
final class StallGuard implements AutoCloseable {
    private static final int LOOKS_PER_TIMEOUT = 4;
    private static final int BUFFER = 1 << 16;

    private final InputStream stream;
    private final Duration timeout;
    private final ScheduledExecutorService watch;
    private volatile boolean reading;
    private volatile long readingSinceNanos;
    private volatile boolean stalled;

    StallGuard(InputStream stream, Duration timeout) {
        this.stream = stream;
        this.timeout = timeout;
        this.watch =
                Executors.newSingleThreadScheduledExecutor(
                        task -> {
                            Thread thread = new Thread(task, "millrace-fetch-watch");
                            thread.setDaemon(true);
                            return thread;
                        });
        long period = Math.max(1, timeout.toMillis() / LOOKS_PER_TIMEOUT);
        // The handle is not needed: close() ends all that is scheduled.
        var unused =
                watch.scheduleWithFixedDelay(this::look, period, period, TimeUnit.MILLISECONDS);
    }

    private void look() {
        if (reading && System.nanoTime() - readingSinceNanos > timeout.toNanos()) {
            stalled = true;
            try {
                stream.close();
            } catch (IOException e) {
                // It is given up either way.
            }
        }
    }

    /** As {@link InputStream#read(byte[])}. */
    int read(byte[] buffer) throws IOException {
        readingSinceNanos = System.nanoTime();
        reading = true;
        int read;
        try {
            read = stream.read(buffer);
        } catch (IOException e) {
            throw stalled ? timedOut() : e;
        } finally {
            reading = false;
        }
        if (stalled) {
            throw timedOut();
        }
        return read;
    }

    /** All that comes, if it is not more than this. */
    byte[] readAll(int bytesMax) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[BUFFER];
        for (int read = read(buffer); read >= 0; read = read(buffer)) {
            if (all.size() + read > bytesMax) {
                throw HubException.lasting(
                        "expected an answer of at most %d bytes, found more".formatted(bytesMax));
            }
            all.write(buffer, 0, read);
        }
        return all.toByteArray();
    }

    private HttpTimeoutException timedOut() {
        return new HttpTimeoutException("nothing for " + timeout.toSeconds() + " s");
    }

    @Override
    public void close() {
        watch.shutdownNow();
    }
}
