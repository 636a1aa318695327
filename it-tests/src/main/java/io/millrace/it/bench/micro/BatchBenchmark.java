package io.millrace.it.bench.micro;

import io.millrace.flink.batch.Batch;
import io.millrace.flink.batch.BatchBuffer;
import io.millrace.flink.batch.TokenBudget;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.model.encode.LengthBuckets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** Records through the length buckets, as an operator does whose inference thread is busy. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchBenchmark {
    private static final int RECORDS = 4096;
    private static final int TOKENS_MAX = 512;
    private static final double MEDIAN = 30;
    private static final double SPREAD = 0.75;

    private int[] lengths = {};

    /** Makes lengths as messages have them: most are short, a few are very long. */
    @Setup
    public void lengths() {
        Random random = new Random(1);
        lengths =
                IntStream.range(0, RECORDS)
                        .map(any -> length(MEDIAN * Math.exp(SPREAD * random.nextGaussian())))
                        .toArray();
    }

    private static int length(double tokens) {
        return Math.max(3, Math.min(TOKENS_MAX, (int) tokens));
    }

    /** A record in, and now and then a batch out. */
    @Benchmark
    @OperationsPerInvocation(RECORDS)
    public void batch(Blackhole batches) {
        int budget = EncodeOptions.BATCH_TOKENS.defaultValue();
        BatchBuffer<Integer> buffer =
                new BatchBuffer<>(
                        new LengthBuckets(TOKENS_MAX),
                        new TokenBudget(budget, TOKENS_MAX),
                        EncodeOptions.BATCH_ROWS.defaultValue(),
                        EncodeOptions.LINGER.defaultValue().toMillis());
        for (int record = 0; record < RECORDS; record++) {
            buffer.add(record, lengths[record], 0);
            Batch<Integer> batch = buffer.next(0, false, null);
            if (batch != null) {
                batches.consume(batch);
            }
        }
    }
}
