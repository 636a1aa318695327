package io.millrace.cli.embed;

import io.millrace.cli.read.InputRecord;
import io.millrace.model.encode.EncodeException;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.LengthBuckets;
import io.millrace.model.encode.TokenBatch;
import io.millrace.model.encode.Vectors;
import io.millrace.model.tokenize.TextException;
import io.millrace.model.tokenize.TokenizedText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Encodes windows of records on several threads. Within a window, texts of one padded length share
 * batches, so padding stays small; the outcomes are in the order of the records.
 */
final class WindowEncoder implements AutoCloseable {
    private static final int TEXTS_PER_TASK = 256;

    private final Encoder encoder;
    private final LengthBuckets buckets;
    private final int batchTokens;
    private final ExecutorService threads;

    WindowEncoder(Encoder encoder, int threads, int batchTokens) {
        this.encoder = encoder;
        this.buckets = new LengthBuckets(encoder.info().maxTokens());
        this.batchTokens = batchTokens;
        this.threads = Executors.newFixedThreadPool(threads);
    }

    /** One text among its window's. */
    private record Row(int index, TokenizedText text) {}

    /** Tokenizes the window's texts, then leaves them to the threads. */
    RecordWindow submit(List<InputRecord> records) throws InterruptedException {
        RecordWindow window = new RecordWindow(records);
        List<Future<?>> batches = new ArrayList<>();
        for (List<Row> batch : batches(tokenize(window))) {
            batches.add(threads.submit(() -> encode(window, batch)));
        }
        window.sent(batches);
        return window;
    }

    private @Nullable Row[] tokenize(RecordWindow window) throws InterruptedException {
        @Nullable Row[] rows = new Row[window.size()];
        List<Future<?>> tasks = new ArrayList<>();
        for (int start = 0; start < rows.length; start += TEXTS_PER_TASK) {
            int from = start;
            int to = Math.min(start + TEXTS_PER_TASK, rows.length);
            tasks.add(
                    threads.submit(
                            () -> {
                                for (int index = from; index < to; index++) {
                                    rows[index] = tokenize(window, index);
                                }
                            }));
        }
        RecordWindow.await(tasks);
        return rows;
    }

    private @Nullable Row tokenize(RecordWindow window, int index) {
        InputRecord record = window.record(index);
        if (record.text() == null) {
            window.settle(index, new Outcome.Refused(String.valueOf(record.error())));
            return null;
        }
        try {
            return new Row(index, encoder.tokenizer().tokenize(record.text()));
        } catch (TextException e) {
            window.settle(index, new Outcome.Refused(String.valueOf(e.getMessage())));
            return null;
        }
    }

    /** The longest texts first: what is left for the end is small and spreads evenly. */
    private List<List<Row>> batches(@Nullable Row[] rows) {
        TreeMap<Integer, List<Row>> byLength = new TreeMap<>(Comparator.reverseOrder());
        for (Row row : rows) {
            if (row != null) {
                byLength.computeIfAbsent(paddedLength(row), length -> new ArrayList<>()).add(row);
            }
        }
        List<List<Row>> batches = new ArrayList<>();
        byLength.forEach(
                (length, sameLength) -> {
                    int rowsPerBatch = Math.max(1, batchTokens / length);
                    for (int from = 0; from < sameLength.size(); from += rowsPerBatch) {
                        int to = Math.min(from + rowsPerBatch, sameLength.size());
                        batches.add(sameLength.subList(from, to));
                    }
                });
        return batches;
    }

    /** A batch that fails is halved until the bad text is alone. */
    private void encode(RecordWindow window, List<Row> batch) {
        float[][] vectors;
        try {
            List<int[]> ids = batch.stream().map(row -> row.text().ids()).toList();
            vectors =
                    encoder.encode(
                            TokenBatch.pad(
                                    ids, paddedLength(batch.get(0)), encoder.info().padTokenId()));
        } catch (EncodeException e) {
            if (batch.size() == 1) {
                window.settle(
                        batch.get(0).index(), new Outcome.Refused(String.valueOf(e.getMessage())));
            } else {
                int half = batch.size() / 2;
                encode(window, batch.subList(0, half));
                encode(window, batch.subList(half, batch.size()));
            }
            return;
        }
        for (int i = 0; i < vectors.length; i++) {
            window.settle(batch.get(i).index(), outcome(vectors[i], batch.get(i).text()));
        }
    }

    private static Outcome outcome(float[] vector, TokenizedText text) {
        return Vectors.isFinite(vector)
                ? new Outcome.Embedded(vector, text.ids().length, text.truncated())
                : new Outcome.Refused("expected a finite vector, found NaN or infinity in it");
    }

    private int paddedLength(Row row) {
        return buckets.paddedLength(row.text().ids().length);
    }

    /** Drops what has not begun; batches that run are waited for by the encoder's own close. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
