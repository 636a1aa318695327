package io.millrace.cli.shell;

import io.millrace.model.fetch.FetchListener;
import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows how much of a model is here: a bar where a person looks on, otherwise a few lines. */
final class FetchProgress implements FetchListener {
    private static final double MEGABYTE = 1e6;
    private static final long NANOS_BETWEEN_LINES = 30_000_000_000L;
    private static final int MILLIS_BETWEEN_BARS = 250;

    private final PrintWriter err;
    private final boolean terminal;
    private @Nullable ProgressBar bar;
    private long bytes;
    private long lastNanos;

    FetchProgress(PrintWriter err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
    }

    @Override
    public void note(String message) {
        err.println(message);
        err.flush();
    }

    @Override
    public void begin(String model, int files, long all) {
        bytes = all;
        lastNanos = System.nanoTime();
        note(
                "Fetching %s: %d %s, %s MB"
                        .formatted(model, files, files == 1 ? "file" : "files", megabytes(all)));
        if (terminal) {
            bar =
                    new ProgressBarBuilder()
                            .setTaskName("fetch")
                            .setInitialMax(all)
                            .setUnit(" KB", 1 << 10)
                            .setStyle(ProgressBarStyle.ASCII)
                            .setConsumer(new ConsoleProgressBarConsumer(System.err))
                            .setUpdateIntervalMillis(MILLIS_BETWEEN_BARS)
                            .showSpeed()
                            .build();
        }
    }

    @Override
    public void at(long here) {
        if (bar != null) {
            bar.stepTo(here);
            return;
        }
        long now = System.nanoTime();
        if (now - lastNanos >= NANOS_BETWEEN_LINES) {
            lastNanos = now;
            note("%s of %s MB".formatted(megabytes(here), megabytes(bytes)));
        }
    }

    @Override
    public void end() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }

    private static String megabytes(long bytes) {
        return String.format(Locale.ROOT, "%,.1f", bytes / MEGABYTE);
    }
}
