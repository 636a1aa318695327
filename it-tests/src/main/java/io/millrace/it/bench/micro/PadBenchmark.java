package io.millrace.it.bench.micro;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.model.encode.TokenBatch;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The rows of one full batch, side by side. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PadBenchmark {
    private static final int VOCABULARY = 30_000;

    /** Of each row, padding included. */
    @Param({"32", "512"})
    public int paddedLength;

    private List<int[]> rows = List.of();

    /** Makes as many rows as the budget allows, each a little shorter than its padded length. */
    @Setup
    public void rows() {
        Random random = new Random(1);
        int count =
                Math.min(
                        EncodeOptions.BATCH_ROWS.defaultValue(),
                        EncodeOptions.BATCH_TOKENS.defaultValue() / paddedLength);
        rows =
                IntStream.range(0, count)
                        .map(any -> paddedLength - random.nextInt(8))
                        .mapToObj(length -> random.ints(length, 0, VOCABULARY).toArray())
                        .toList();
    }

    /** One batch. */
    @Benchmark
    public TokenBatch pad() {
        return TokenBatch.pad(rows, paddedLength, 0);
    }
}
