package io.millrace.cli.run;

import io.millrace.cli.local.JobCounts;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Shows what the job has done: one line that changes where a person looks on, otherwise one line
 * now and then.
 */
final class RunProgress {
    private static final long NANOS_BETWEEN_LINES = 30_000_000_000L;
    private static final String START_OF_LINE = "\r";
    private static final String CLEAR_TO_END_OF_LINE = "\u001B[K";

    private final PrintWriter err;
    private final boolean terminal;
    private long lastNanos = System.nanoTime();
    private long lastOut;

    RunProgress(PrintWriter err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    /** Called about once a second. */
    void show(JobCounts counts) {
        long now = System.nanoTime();
        if (!terminal && now - lastNanos < NANOS_BETWEEN_LINES) {
            return;
        }
        long out = counts.out() + counts.rejected();
        double rate = (out - lastOut) / ((now - lastNanos) / 1e9);
        String line =
                String.format(
                        Locale.ROOT,
                        "%,d in, %,d out, %,d rejected, %,.0f records/s",
                        counts.in(),
                        counts.out(),
                        counts.rejected(),
                        rate);
        err.print(terminal ? START_OF_LINE + line + CLEAR_TO_END_OF_LINE : line + "\n");
        err.flush();
        lastNanos = now;
        lastOut = out;
    }

    /** Leaves the line to what is written next. */
    void end() {
        if (terminal) {
            err.print(START_OF_LINE + CLEAR_TO_END_OF_LINE);
            err.flush();
        }
    }
}
