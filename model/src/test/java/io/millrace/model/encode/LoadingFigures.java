package io.millrace.model.encode;

import com.sun.management.ThreadMXBean;
import io.millrace.model.read.ModelDirectory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.tensorflow.TensorFlow;

/** A program that opens one model in a new JVM and notes time and memory. */
final class LoadingFigures {
    static final String HEADER =
            """
            | directory | precision | weights as float32 | library | then ready in | heap allocated | resident with the library | when ready | most, after 2 × 2048 tokens of all lengths | at most |
            |---|---|---|---|---|---|---|---|---|---|
            """;

    private static final int BATCH_TOKENS = 2048;
    private static final int LONGEST = 512;
    private static final int ANY_TOKEN = 5;
    private static final Path STATUS = Path.of("/proc/self/status");

    private LoadingFigures() {}

    /**
     * Runs it.
     *
     * @param args the model's directory, the file to append a line to, the precision
     */
    public static void main(String[] args) throws IOException, InterruptedException {
        Path directory = Path.of(args[0]);
        Precision precision = Precision.valueOf(args[2]);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        NativeSettings.apply();
        long start = System.nanoTime();
        String version = TensorFlow.version();
        long library = System.nanoTime();
        long residentBefore = megabytes("VmRSS:");
        long heapBefore = threads.getCurrentThreadAllocatedBytes();
        try (Encoder encoder =
                Encoder.open(directory, EncoderOptions.DEFAULT.withPrecision(precision))) {
            long ready = System.nanoTime();
            long heap = threads.getCurrentThreadAllocatedBytes() - heapBefore;
            long resident = megabytes("VmRSS:");
            List<Thread> workers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Thread worker = new Thread(() -> encodeAllLengths(encoder));
                workers.add(worker);
                worker.start();
            }
            for (Thread worker : workers) {
                worker.join();
            }
            long most = megabytes("VmHWM:");
            long weights = ModelDirectory.open(directory).weightBytes() / 1_000_000;
            Files.writeString(
                    Path.of(args[1]),
                    String.format(
                            Locale.ROOT,
                            "| %s | %s | %d MB | %d ms (%s) | %d ms | %.1f MB | %d MB | %d MB | %d MB | %d MB |%n",
                            directory.getFileName(),
                            precision.key(),
                            weights,
                            Duration.ofNanos(library - start).toMillis(),
                            version,
                            Duration.ofNanos(ready - library).toMillis(),
                            heap / 1e6,
                            residentBefore,
                            resident,
                            most,
                            weights * 5 / 2 + 700),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }

    /** A batch of the usual size of each. */
    private static void encodeAllLengths(Encoder encoder) {
        int most = Math.min(LONGEST, encoder.info().maxTokens());
        for (int length = 8; length <= most; length *= 2) {
            int[] ids = IntStream.range(0, length).map(i -> ANY_TOKEN + i).toArray();
            List<int[]> rows = new ArrayList<>();
            for (int row = 0; row < Math.max(1, BATCH_TOKENS / length); row++) {
                rows.add(ids);
            }
            encoder.encode(TokenBatch.pad(rows, length, encoder.info().padTokenId()));
        }
    }

    private static long megabytes(String line) throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(l -> l.startsWith(line))
                .mapToLong(l -> Long.parseLong(l.replaceAll("\\D", "")) / 1000)
                .findFirst()
                .orElseThrow();
    }
}
