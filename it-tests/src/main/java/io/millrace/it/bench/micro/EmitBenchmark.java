package io.millrace.it.bench.micro;

import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.Origin;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.TextRecord;
import io.millrace.kafka.check.TopicRules;
import io.millrace.kafka.check.UnusableKafkaException;
import io.millrace.kafka.emit.EmitFunction;
import io.millrace.kafka.emit.OutputRecord;
import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.kafka.options.OutputFormat;
import io.millrace.model.encode.Precision;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.TimerService;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** A vector to the record that Kafka gets: its value and its headers. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class EmitBenchmark {
    private static final OutputTag<RejectedRecord> REJECTED =
            new OutputTag<>("rejected", Types.POJO(RejectedRecord.class));
    private static final int VECTORS = 64;

    /** What a vector becomes. */
    @Param public OutputFormat format = OutputFormat.JSON;

    /** Components of a vector. */
    @Param({"384", "768"})
    public int dimension;

    private final EmbeddingRecord[] records = new EmbeddingRecord[VECTORS];
    private EmitFunction function;
    private Nowhere nowhere;
    private int next;

    /** For JMH, which sets the parameters itself. */
    @SuppressWarnings("NullAway.Init")
    public EmitBenchmark() {}

    /** Makes vectors of length 1, as most models do, and opens the function as a task does. */
    @Setup
    public void open() throws UnusableKafkaException {
        Random random = new Random(1);
        for (int i = 0; i < VECTORS; i++) {
            byte[] key = ("key-" + i).getBytes(StandardCharsets.UTF_8);
            byte[] value = "The river turns the wheel.".getBytes(StandardCharsets.UTF_8);
            records[i] =
                    new EmbeddingRecord(
                            new TextRecord(
                                    key,
                                    "The river turns the wheel.",
                                    null,
                                    value,
                                    List.of(),
                                    new Origin("texts", 0, i)),
                            vector(random),
                            8,
                            false,
                            "all-MiniLM-L6-v2",
                            "0123456789abcdef0123456789abcdef01234567",
                            Precision.F32);
        }
        function =
                new EmitFunction(
                        format,
                        null,
                        KafkaJobOptions.MAX_RECORD_BYTES.defaultValue(),
                        () -> TopicRules.UNKNOWN,
                        REJECTED);
        function.open(new OpenContext() {});
        nowhere = new Nowhere(function);
    }

    private float[] vector(Random random) {
        double[] wide = random.doubles(dimension, -1, 1).toArray();
        double squares = 0;
        for (double component : wide) {
            squares += component * component;
        }
        float[] vector = new float[dimension];
        for (int i = 0; i < dimension; i++) {
            vector[i] = (float) (wide[i] / Math.sqrt(squares));
        }
        return vector;
    }

    /** One vector. */
    @Benchmark
    public void emit(Blackhole output) {
        next = (next + 1) % VECTORS;
        function.processElement(records[next], nowhere.context, new Collected(output));
    }

    /** Takes what is emitted. */
    private record Collected(Blackhole output) implements Collector<OutputRecord> {
        @Override
        public void collect(OutputRecord record) {
            output.consume(record);
        }

        @Override
        public void close() {}
    }

    /** What surrounds the function in a task; none of it is needed for records that fit. */
    private static final class Nowhere {
        final ProcessFunction<EmbeddingRecord, OutputRecord>.Context context;

        Nowhere(ProcessFunction<EmbeddingRecord, OutputRecord> function) {
            context =
                    function.new Context() {
                        @Override
                        public Long timestamp() {
                            return 0L;
                        }

                        @Override
                        public TimerService timerService() {
                            throw new UnsupportedOperationException("no timers here");
                        }

                        @Override
                        public <X> void output(OutputTag<X> tag, X value) {
                            throw new IllegalStateException("a record was rejected");
                        }
                    };
        }
    }
}
