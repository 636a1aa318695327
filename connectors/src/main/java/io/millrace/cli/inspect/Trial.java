package io.millrace.cli.inspect;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.EncoderOptions;
import io.millrace.model.encode.Precision;
import io.millrace.model.encode.TokenBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * What running a model once showed on this machine.
 *
 * @param device CPU or GPU
 * @param precision what it computed with
 * @param kernels which operations it is made of, and why
 * @param loadMillis time until it was loaded
 * @param memoryBytes what the process grew by while it was loaded and ran; empty where the system
 *     does not tell
 * @param tokensPerSecond of one thread, on batches of the usual size
 */
record Trial(
        String device,
        Precision precision,
        String kernels,
        long loadMillis,
        OptionalLong memoryBytes,
        double tokensPerSecond) {
    private static final int BATCH_TOKENS = EncodeOptions.BATCH_TOKENS.defaultValue();
    private static final int USUAL_LENGTH = 64;
    private static final long TRIAL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";

    static Trial of(Path model, EncoderOptions options) throws IOException {
        OptionalLong before = residentBytes();
        long start = System.nanoTime();
        try (Encoder encoder = Encoder.open(model, options)) {
            long loaded = System.nanoTime();
            TokenBatch batch = batch(encoder);
            encoder.encode(batch); // the first call prepares the graph
            double tokensPerSecond = tokensPerSecond(encoder, batch);
            OptionalLong after = residentBytes();
            OptionalLong memory =
                    before.isPresent() && after.isPresent()
                            ? OptionalLong.of(after.getAsLong() - before.getAsLong())
                            : OptionalLong.empty();
            return new Trial(
                    encoder.info().device(),
                    encoder.info().precision(),
                    encoder.info().kernels(),
                    TimeUnit.NANOSECONDS.toMillis(loaded - start),
                    memory,
                    tokensPerSecond);
        }
    }

    private static TokenBatch batch(Encoder encoder) {
        int[] text = encoder.tokenizer().tokenize("a ".repeat(USUAL_LENGTH)).ids();
        int rows = Math.max(1, BATCH_TOKENS / text.length);
        List<int[]> texts = Collections.nCopies(rows, text);
        return TokenBatch.pad(texts, text.length, encoder.info().padTokenId());
    }

    private static double tokensPerSecond(Encoder encoder, TokenBatch batch) {
        long start = System.nanoTime();
        long tokens = 0;
        while (System.nanoTime() - start < TRIAL_NANOS) {
            encoder.encode(batch);
            tokens += (long) batch.rows() * batch.paddedLength();
        }
        return tokens / ((System.nanoTime() - start) / 1e9);
    }

    private static OptionalLong residentBytes() throws IOException {
        if (!Files.exists(STATUS)) {
            return OptionalLong.empty();
        }
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(RESIDENT))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(kilobytes -> Long.parseLong(kilobytes) * 1024)
                .findFirst();
    }
}
