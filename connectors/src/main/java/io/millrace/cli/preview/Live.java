package io.millrace.cli.preview;

import io.millrace.cli.preview.Meters.Reading;
import io.millrace.model.encode.ModelInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a page is told at one time, as JSON.
 *
 * @param run another one for every process, whose texts are counted from 1 again
 * @param job what runs
 * @param totals since the job began
 * @param readings the last minutes
 * @param texts those that came since the page was last told, the newest last; not all, if many
 * @param search null: nothing was asked
 * @param map null: as before
 */
record Live(
        String run,
        Job job,
        Totals totals,
        List<Reading> readings,
        List<Text> texts,
        @Nullable Search search,
        @Nullable Plane map) {

    /** How a job is. */
    enum State {
        /** No text has come out. */
        WAITING,
        RUNNING,
        /** In order. */
        ENDED,
        FAILED
    }

    /**
     * What runs.
     *
     * @param failure why it failed; null unless it did
     * @param model null: not loaded
     */
    record Job(
            State state,
            @Nullable String failure,
            String name,
            List<String> input,
            String output,
            @Nullable ModelInfo model) {}

    /**
     * Counts.
     *
     * @param leftOut texts that have their vectors, but came too fast for the page
     * @param kept distinct texts that a search looks at
     */
    record Totals(long in, long out, long rejected, long truncated, long leftOut, int kept) {}

    /** A text that has its vector. */
    record Text(long number, String text, int tokens, boolean truncated) {
        static Text of(RecentTexts.Entry entry) {
            Sample sample = entry.sample();
            return new Text(entry.number(), sample.text(), sample.tokens(), sample.truncated());
        }
    }

    /**
     * What was asked, and the nearest texts.
     *
     * @param error why there is no answer; null: there is one
     */
    record Search(String query, @Nullable String error, List<Neighbour> neighbours) {}

    /** A text and how near it is, from -1 to 1. */
    record Neighbour(Text text, double cosine) {}

    /**
     * The map.
     *
     * @param query where what was asked is; null: nothing was
     */
    record Plane(List<Point> points, @Nullable Point query) {}

    /** A text and where it is. */
    record Point(String text, double x, double y) {}
}
