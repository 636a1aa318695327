package io.millrace.it.bench.millrace;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.it.bench.engine.BenchEngine;
import io.millrace.it.bench.engine.Pass;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.LengthBuckets;
import io.millrace.model.encode.TokenBatch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Millrace's encoder with as many threads as cores, each with a batch of its own. Texts of one
 * padded length share batches of the size that {@code millrace embed} and {@code run} have.
 */
final class MillraceEngine implements BenchEngine {
    private static final int TEXTS_PER_TASK = 256;

    private final Encoder encoder;
    private final int cores;
    private final int batchTokens = EncodeOptions.BATCH_TOKENS.defaultValue();
    private final LengthBuckets buckets;
    private final ExecutorService threads;

    MillraceEngine(Encoder encoder, int cores) {
        this.encoder = encoder;
        this.cores = cores;
        this.buckets = new LengthBuckets(encoder.info().maxTokens());
        this.threads = Executors.newFixedThreadPool(cores);
    }

    @Override
    public Pass pass(List<String> texts) throws InterruptedException {
        long start = System.nanoTime();
        int[][] ids = tokenize(texts);
        float[][] vectors = new float[texts.size()][];
        List<Future<?>> batches = new ArrayList<>();
        for (Rows rows : batches(ids)) {
            batches.add(threads.submit(() -> encode(rows, ids, vectors)));
        }
        await(batches);
        long nanos = System.nanoTime() - start;
        long tokens = 0;
        for (int[] text : ids) {
            tokens += text.length;
        }
        return new Pass(nanos / 1e9, tokens, vectors);
    }

    private int[][] tokenize(List<String> texts) throws InterruptedException {
        int[][] ids = new int[texts.size()][];
        List<Future<?>> tasks = new ArrayList<>();
        for (int from = 0; from < ids.length; from += TEXTS_PER_TASK) {
            int begin = from;
            int end = Math.min(from + TEXTS_PER_TASK, ids.length);
            tasks.add(
                    threads.submit(
                            () -> {
                                for (int i = begin; i < end; i++) {
                                    ids[i] = encoder.tokenizer().tokenize(texts.get(i)).ids();
                                }
                            }));
        }
        await(tasks);
        return ids;
    }

    /** Texts of one batch, by their numbers. */
    private record Rows(int paddedLength, List<Integer> texts) {}

    /** The longest first: what is left for the end is small and spreads evenly. */
    private List<Rows> batches(int[][] ids) {
        TreeMap<Integer, List<Integer>> byLength = new TreeMap<>(Comparator.reverseOrder());
        for (int i = 0; i < ids.length; i++) {
            int length = buckets.paddedLength(ids[i].length);
            byLength.computeIfAbsent(length, key -> new ArrayList<>()).add(i);
        }
        List<Rows> batches = new ArrayList<>();
        byLength.forEach(
                (length, texts) -> {
                    int rows = Math.max(1, batchTokens / length);
                    for (int from = 0; from < texts.size(); from += rows) {
                        int to = Math.min(from + rows, texts.size());
                        batches.add(new Rows(length, texts.subList(from, to)));
                    }
                });
        return batches;
    }

    private void encode(Rows rows, int[][] ids, float[][] vectors) {
        float[][] encoded =
                encoder.encode(
                        TokenBatch.pad(
                                rows.texts().stream().map(text -> ids[text]).toList(),
                                rows.paddedLength(),
                                encoder.info().padTokenId()));
        for (int row = 0; row < encoded.length; row++) {
            vectors[rows.texts().get(row)] = encoded[row];
        }
    }

    private static void await(List<Future<?>> tasks) throws InterruptedException {
        for (Future<?> task : tasks) {
            try {
                task.get();
            } catch (ExecutionException e) {
                throw new IllegalStateException("a batch failed", e.getCause());
            }
        }
    }

    @Override
    public String setting() {
        return "%d threads, a batch of %d tokens each".formatted(cores, batchTokens);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        encoder.close();
    }
}
