package io.millrace.cli.demo;

import io.millrace.model.read.ModelDirectory;
import java.io.PrintWriter;
import java.util.Locale;

/** What the demo tells while it runs. */
final class DemoScreen {
    private static final int NEIGHBOURS = 3;
    private static final int TEXT_WIDTH = 76;

    private final PrintWriter out;

    DemoScreen(PrintWriter out) {
        this.out = out;
    }

    void begin(String bootstrapServers, int parallelism, ModelDirectory model, boolean bundled) {
        out.printf(Locale.ROOT, "Kafka   one node in this process, at %s%n", bootstrapServers);
        out.printf(
                Locale.ROOT, "Flink   in this process, %d subtasks for each step%n", parallelism);
        out.printf(
                Locale.ROOT,
                "Model   %s: %s with %d layers, vectors of %d%n",
                model.path(),
                model.config().modelType().key(),
                model.config().numHiddenLayers(),
                model.pipeline().dimension());
        if (bundled) {
            line("        Its weights are random numbers from a seed: it has learned nothing.");
            line("        Texts are near each other mostly when they share words. For neighbours");
            line("        by meaning, give a trained model with --model.");
        }
        line("");
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

    /** Shows a text and the texts that are nearest to it. */
    void neighbours(Neighbours neighbours) {
        if (neighbours.size() <= NEIGHBOURS) {
            return;
        }
        String text = neighbours.any();
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
