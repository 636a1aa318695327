package io.millrace.model.fetch;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.util.OptionalLong;
import javax.net.ssl.SSLException;

/**
 * How often one thing is tried. Each failure doubles the pause before the next attempt; progress
 * begins the count anew, so that a large file survives a bad line, but not for ever.
 */
final class Attempts {
    private static final int IN_A_ROW_MAX = 5;
    private static final int ALL_MAX = 100;
    private static final long FIRST_PAUSE_MILLIS = 1000;
    private static final long PAUSE_MAX_MILLIS = 60_000;

    private final String what;
    private final Pause pause;
    private boolean reached;
    private int inARow;
    private int all;

    /**
     * Counts from nothing.
     *
     * @param what what is tried, as in "org/name cannot be fetched"
     */
    Attempts(String what, Pause pause) {
        this.what = what;
        this.pause = pause;
    }

    /** A server that asks to be left alone for a while. */
    static final class Busy extends IOException {
        private static final long serialVersionUID = 1L;

        private final OptionalLong retryAfterMillis;

        Busy(String message, OptionalLong retryAfterMillis) {
            super(message);
            this.retryAfterMillis = retryAfterMillis;
        }
    }

    /** The last attempt got somewhere. */
    void progressed() {
        reached = true;
        inARow = 0;
    }

    /**
     * Waits before the next attempt.
     *
     * @throws HubException when there were enough
     */
    void failed(IOException e) throws InterruptedException {
        inARow++;
        all++;
        if (inARow == IN_A_ROW_MAX || all == ALL_MAX || !canPass(e)) {
            throw HubException.temporary("%s: %s (attempt %d)".formatted(what, reason(e), all));
        }
        long doubled = FIRST_PAUSE_MILLIS << (inARow - 1);
        long asked = e instanceof Busy busy ? busy.retryAfterMillis.orElse(doubled) : doubled;
        pause.millis(Math.min(Math.max(asked, 0), PAUSE_MAX_MILLIS));
    }

    /** A host that is not there, or not the one it says it is, will be no other in a minute. */
    private boolean canPass(IOException e) {
        boolean nobodyThere =
                e instanceof ConnectException
                        || e instanceof HttpConnectTimeoutException
                        || e instanceof SSLException;
        return reached || !nobodyThere;
    }

    private static String reason(IOException e) {
        if (e instanceof Busy) {
            return String.valueOf(e.getMessage());
        }
        if (e instanceof HttpTimeoutException) {
            return "no answer in time";
        }
        if (e instanceof ConnectException) {
            return "no connection";
        }
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
}
