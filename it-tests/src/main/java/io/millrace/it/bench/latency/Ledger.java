package io.millrace.it.bench.latency;

import java.util.Arrays;

/**
 * What became of every text of a schedule. Times are nanoseconds from the schedule's beginning. One
 * thread sends and one receives; the rest is read when the first has ended.
 */
final class Ledger {
    private static final long NOT_YET = -1;

    private final Schedule schedule;
    private final long[] sent;
    private final long[] received;
    private int back;
    private int rejected;
    private int doubled;

    Ledger(Schedule schedule) {
        this.schedule = schedule;
        this.sent = new long[schedule.texts()];
        this.received = new long[schedule.texts()];
        Arrays.fill(sent, NOT_YET);
        Arrays.fill(received, NOT_YET);
    }

    void sent(int text, long nanos) {
        sent[text] = nanos;
    }

    /** Its vector was seen. */
    void received(int text, long nanos) {
        if (received[text] != NOT_YET) {
            doubled++;
        } else {
            received[text] = nanos;
            back++;
        }
    }

    /** It was found among the dead letters. */
    void rejected() {
        rejected++;
    }

    /** A vector came that no text here was sent for. */
    void stray() {
        doubled++;
    }

    boolean isComplete() {
        return back + rejected >= schedule.texts();
    }

    int back() {
        return back;
    }

    int lost() {
        return Math.max(0, schedule.texts() - back - rejected);
    }

    int doubled() {
        return doubled;
    }

    int rejectedTexts() {
        return rejected;
    }

    Schedule schedule() {
        return schedule;
    }

    boolean isBack(int text) {
        return received[text] != NOT_YET;
    }

    /** From when it was meant to be sent until its vector was seen. */
    long latency(int text) {
        return received[text] - schedule.nanos(text);
    }

    /** How much later than it was meant to be it was sent. */
    long lag(int text) {
        return sent[text] - schedule.nanos(text);
    }

    /**
     * Texts that should have been sent and were not back, on average between two times. One that
     * never came back waits to the end.
     */
    double meanBacklog(long from, long to) {
        double waited = 0;
        for (int text = 0; text < schedule.texts(); text++) {
            long begin = Math.max(from, schedule.nanos(text));
            long end = isBack(text) ? Math.min(to, received[text]) : to;
            waited += Math.max(0, end - begin);
        }
        return waited / (to - from);
    }
}
