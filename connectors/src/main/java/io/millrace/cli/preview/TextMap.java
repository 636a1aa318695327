package io.millrace.cli.preview;

import io.millrace.cli.preview.Live.Point;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The newest texts in the plane in which they differ most. */
final class TextMap {
    /** More points would hide each other. */
    private static final int POINTS = 500;

    /** Fewer have no plane. */
    private static final int LEAST = 3;

    private static final long NANOS_BETWEEN_FITS = 2_000_000_000L;

    private final RecentTexts texts;
    private @Nullable Projection projection;
    private long fittedNanos;

    TextMap(RecentTexts texts) {
        this.texts = texts;
    }

    /** The map as it is now; all pages see the same. */
    synchronized Live.Plane plane(float @Nullable [] query) {
        List<Sample> newest = texts.newest(POINTS).stream().map(RecentTexts.Entry::sample).toList();
        if (newest.size() < LEAST) {
            return new Live.Plane(List.of(), null);
        }
        long now = System.nanoTime();
        if (projection == null || now - fittedNanos > NANOS_BETWEEN_FITS) {
            projection = Projection.fit(newest.stream().map(Sample::vector).toList(), projection);
            fittedNanos = now;
        }
        Projection plane = projection;
        return new Live.Plane(
                newest.stream()
                        .map(sample -> point(plane, sample.text(), sample.vector()))
                        .toList(),
                query == null ? null : point(plane, "", RecentTexts.unit(query)));
    }

    private static Point point(Projection plane, String text, float[] vector) {
        double[] place = plane.place(vector);
        return new Point(text, place[0], place[1]);
    }
}
