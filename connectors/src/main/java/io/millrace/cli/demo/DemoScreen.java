package io.millrace.cli.demo;

import io.millrace.model.read.ModelDirectory;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** What the demo tells while it runs. */
final class DemoScreen {
    private static final int NEIGHBOURS = 3;
    private static final int LAST_TEXTS = 3;
    private static final int TEXT_WIDTH = 76;

    /** Among fewer texts the nearest is often near nothing. */
    private static final int ENOUGH_TEXTS = 100;

    private final PrintWriter out;

    DemoScreen(PrintWriter out) {
        this.out = out;
    }

    /** Says what is waited for; {@link #done} ends the line. */
    void begin(String what, String doing) {
        out.printf(Locale.ROOT, "%-8s%s ", what, doing);
        stillWaiting();
    }

    void stillWaiting() {
        out.print('.');
        out.flush();
    }

    void done(double seconds, String result) {
        out.printf(Locale.ROOT, " %.1f s%s%n", seconds, result);
        out.flush();
    }

    void model(ModelDirectory model) {
        out.printf(
                Locale.ROOT,
                "Model   %s: %s with %d layers, vectors of %d%n",
                model.path().getFileName(),
                model.config().modelType().key(),
                model.config().numHiddenLayers(),
                model.pipeline().dimension());
    }

    /** What the model that needs no download can show, and how to see more. */
    void untrained() {
        line("        models/all-MiniLM-L6-v2 is not in this build, so the weights are random: it");
        line("        has learned nothing. Texts are near each other when they share words. For");
        line("        neighbours by meaning, build again with network, or give --model.");
    }

    void progress(double seconds, long in, long embedded, long rejected, double perSecond) {
        out.printf(
                Locale.ROOT,
                "%5.1f s  %,8d in  %,8d out  %,5d rejected  %,8.0f records/s%n",
                seconds,
                in,
                embedded,
                rejected,
                perSecond);
    }

    /** Shows any text and the texts that are nearest to it, once there are enough. */
    void sample(Neighbours neighbours) {
        if (neighbours.size() >= ENOUGH_TEXTS) {
            neighbours(neighbours, neighbours.any());
        }
    }

    /** Shows at the end these texts, or any where they have not come. */
    void last(Neighbours neighbours, List<String> telling) {
        line("");
        for (int i = 0; i < LAST_TEXTS && neighbours.size() > NEIGHBOURS; i++) {
            boolean there = i < telling.size() && neighbours.has(telling.get(i));
            neighbours(neighbours, there ? telling.get(i) : neighbours.any());
        }
    }

    private void neighbours(Neighbours neighbours, String text) {
        out.printf(Locale.ROOT, "         %s%n", clipped(text));
        for (Neighbours.Neighbour neighbour : neighbours.nearest(text, NEIGHBOURS)) {
            out.printf(
                    Locale.ROOT,
                    "           %.2f  %s%n",
                    neighbour.cosine(),
                    clipped(neighbour.text()));
        }
        line("");
    }

    void line(String line) {
        out.println(line);
        out.flush();
    }

    /** One line of it: control characters are not for a terminal. */
    private static String clipped(String text) {
        String oneLine = text.replaceAll("\\p{Cntrl}", " ");
        return oneLine.codePointCount(0, oneLine.length()) <= TEXT_WIDTH
                ? oneLine
                : oneLine.substring(0, oneLine.offsetByCodePoints(0, TEXT_WIDTH - 1)) + "…";
    }
}
