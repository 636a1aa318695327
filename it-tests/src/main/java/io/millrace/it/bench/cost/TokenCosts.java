package io.millrace.it.bench.cost;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.it.bench.measure.Statistics;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.Precision;
import io.millrace.model.encode.TokenBatch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Runs batches of texts of one length, as large as {@code embed} and {@code run} make them, on one
 * core and on all. Lengths, precisions and cores take turns in every round, so that what disturbs
 * the machine for a while disturbs all.
 */
public final class TokenCosts {
    private static final double SECONDS = 0.5;

    private final Map<Precision, Encoder> encoders;
    private final int cores;
    private final int rounds;

    /**
     * A measurement.
     *
     * @param encoders one a precision, the caller's to close
     */
    public TokenCosts(Map<Precision, Encoder> encoders, int cores, int rounds) {
        this.encoders = encoders;
        this.cores = cores;
        this.rounds = rounds;
    }

    /** One thing to measure. */
    private record Point(int tokens, Precision precision, int cores) {}

    /**
     * What a token of texts of each length costs; lengths that the model does not take are left
     * out.
     */
    public List<TokenCost> measure(List<Integer> lengths) throws InterruptedException {
        Map<Point, List<Double>> seen = new LinkedHashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(cores);
        try {
            // The first round prepares what the library keeps for each length, and does not count.
            for (int round = 0; round <= rounds; round++) {
                for (Point point : points(lengths)) {
                    double microseconds = microseconds(point, threads, round == 0 ? 0 : SECONDS);
                    if (round > 0) {
                        seen.computeIfAbsent(point, key -> new ArrayList<>()).add(microseconds);
                    }
                }
            }
        } finally {
            threads.shutdownNow();
        }
        return seen.entrySet().stream()
                .map(
                        entry ->
                                new TokenCost(
                                        entry.getKey().tokens(),
                                        entry.getKey().precision(),
                                        entry.getKey().cores(),
                                        Statistics.of(entry.getValue())))
                .toList();
    }

    private List<Point> points(List<Integer> lengths) {
        List<Point> points = new ArrayList<>();
        for (int length : lengths) {
            encoders.forEach(
                    (precision, encoder) -> {
                        if (length <= encoder.info().maxTokens()) {
                            points.add(new Point(length, precision, 1));
                            if (cores > 1) {
                                points.add(new Point(length, precision, cores));
                            }
                        }
                    });
        }
        return points;
    }

    private double microseconds(Point point, ExecutorService threads, double seconds)
            throws InterruptedException {
        Encoder encoder = encoders.get(point.precision());
        if (encoder == null) {
            throw new IllegalStateException("expected an encoder for " + point.precision());
        }
        TokenBatch batch = batch(encoder, point.tokens());
        long start = System.nanoTime();
        Callable<Long> work =
                () -> {
                    long tokens = 0;
                    do {
                        encoder.encode(batch);
                        tokens += batch.ids().length;
                    } while ((System.nanoTime() - start) / 1e9 < seconds);
                    return tokens;
                };
        List<Future<Long>> running = new ArrayList<>();
        for (int core = 0; core < point.cores(); core++) {
            running.add(threads.submit(work));
        }
        long tokens = 0;
        for (Future<Long> each : running) {
            try {
                tokens += each.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("a batch failed", e.getCause());
            }
        }
        return (System.nanoTime() - start) / 1e3 / tokens;
    }

    private static TokenBatch batch(Encoder encoder, int length) {
        int[] text = new int[length];
        // Any tokens do: none costs more than another.
        int[] some = encoder.tokenizer().tokenize("a b c").ids();
        for (int i = 0; i < length; i++) {
            text[i] = some[i % some.length];
        }
        int rows = Math.max(1, EncodeOptions.BATCH_TOKENS.defaultValue() / length);
        return TokenBatch.pad(Collections.nCopies(rows, text), length, encoder.info().padTokenId());
    }
}
