package io.millrace.cli.embed;

import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how far an input has been read. */
interface Progress extends AutoCloseable {
    Progress NONE = (counts, bytesRead) -> {};

    /** So much is written, so much is read. */
    void at(Counts counts, long bytesRead);

    @Override
    default void close() {}

    /**
     * A bar on standard error.
     *
     * @param inputBytes size of the input; negative where nobody knows
     */
    static Progress bar(long inputBytes) {
        ProgressBar bar =
                new ProgressBarBuilder()
                        .setTaskName("embed")
                        .setInitialMax(inputBytes)
                        .setUnit(" KB", 1 << 10)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setConsumer(new ConsoleProgressBarConsumer(System.err))
                        .setUpdateIntervalMillis(250)
                        .build();
        long start = System.nanoTime();
        return new Progress() {
            @Override
            public void at(Counts counts, long bytesRead) {
                double seconds = Math.max(1e-3, (System.nanoTime() - start) / 1e9);
                bar.stepTo(bytesRead);
                bar.setExtraMessage(
                        String.format(
                                Locale.ROOT,
                                "%,d texts, %,.0f tokens/s",
                                counts.records(),
                                counts.tokens() / seconds));
            }

            @Override
            public void close() {
                bar.close();
            }
        };
    }
}
