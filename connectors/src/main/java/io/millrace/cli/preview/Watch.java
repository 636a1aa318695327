package io.millrace.cli.preview;

import io.millrace.model.encode.EncodeException;
import io.millrace.model.encode.Encoder;
import io.millrace.model.tokenize.TextException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One open page: what it asked, and what it has been told. */
final class Watch {
    private static final int TEXTS = 24;
    private static final int NEIGHBOURS = 8;
    private static final long NANOS_BETWEEN_MAPS = 1_500_000_000L;

    private final JobView view;
    private final String query;
    private float @Nullable [] vector;
    private @Nullable String refused;
    private long told;
    private @Nullable Long mapNanos;

    Watch(JobView view, String query) {
        this.view = view;
        this.query = query.strip();
    }

    /** What there is to tell now. */
    Live next() {
        encodeQuery();
        List<RecentTexts.Entry> newest = view.texts().newest(TEXTS);
        List<Live.Text> texts =
                newest.stream().filter(entry -> entry.number() > told).map(Live.Text::of).toList();
        told = newest.isEmpty() ? told : newest.get(newest.size() - 1).number();
        return new Live(
                view.run(),
                view.describe(),
                view.totals(),
                view.readings(),
                texts,
                search(),
                mapIfDue());
    }

    private void encodeQuery() {
        Encoder encoder = view.encoder();
        if (encoder == null || query.isEmpty() || vector != null || refused != null) {
            return;
        }
        try {
            vector = encoder.encode(List.of(query))[0];
        } catch (TextException | EncodeException e) {
            refused = e.getMessage();
        }
    }

    private Live.@Nullable Search search() {
        if (query.isEmpty()) {
            return null;
        }
        List<Live.Neighbour> nearest =
                vector == null
                        ? List.of()
                        : view.texts().nearest(vector, NEIGHBOURS).stream()
                                .map(
                                        found ->
                                                new Live.Neighbour(
                                                        Live.Text.of(found.entry()),
                                                        found.cosine()))
                                .toList();
        return new Live.Search(query, refused, nearest);
    }

    private Live.@Nullable Plane mapIfDue() {
        long now = System.nanoTime();
        if (mapNanos != null && now - mapNanos < NANOS_BETWEEN_MAPS) {
            return null;
        }
        mapNanos = now;
        return view.map().plane(vector);
    }
}
