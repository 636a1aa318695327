package io.millrace.flink.encode;

import static io.millrace.flink.testing.TestRecords.in;
import static io.millrace.flink.testing.TestRecords.options;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.options.OutputMode;
import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.TextRecord;
import io.millrace.flink.record.TokenizedRecord;
import io.millrace.flink.testing.ControlledEncoder;
import io.millrace.flink.testing.Ledger;
import io.millrace.flink.testing.PerCheckpoint;
import io.millrace.flink.testing.TestRecords;
import io.millrace.flink.tokenize.TokenizeFunction;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.TokenBatch;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.OutputTag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Jobs that fail and recover: every record is embedded or rejected, exactly once.
 *
 * <p>The source waits for checkpoints, and batches fill slowly, so that records are held back in
 * the operator at every checkpoint. The job is failed right after a checkpoint that found some.
 * Each case has its control: the same job, but the operator writes no state, must lose records.
 */
@Timeout(120)
class RecoveryTest {
    private static final int PARALLELISM = 2;
    private static final int RECORDS = 2_000;

    private static final OutputTag<RejectedRecord> REJECTED =
            new OutputTag<>("rejected", Types.POJO(RejectedRecord.class));

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(PARALLELISM)
                            .build());

    // Failures left; set by each test, used up by its own job's tasks in this JVM.
    private static final AtomicInteger FAILURES_AFTER_CHECKPOINT = new AtomicInteger();
    private static final AtomicInteger FAILURES_BETWEEN = new AtomicInteger();

    @ParameterizedTest
    @CsvSource({
        "false, ORDERED",
        "true, ORDERED",
        "false, ALLOW_UNORDERED",
        "true, ALLOW_UNORDERED"
    })
    void nothingIsLostAndNothingComesTwice(boolean unaligned, OutputMode mode) throws Exception {
        FAILURES_AFTER_CHECKPOINT.set(4);
        FAILURES_BETWEEN.set(2);
        Map<Long, Integer> counts = run(unaligned, mode, true);

        assertThat(FAILURES_AFTER_CHECKPOINT).hasValue(0);
        assertThat(FAILURES_BETWEEN).hasValue(0);
        assertThat(counts.values()).as("nothing twice").containsOnly(1);
        assertThat(counts.keySet())
                .as("nothing lost")
                .containsExactlyInAnyOrderElementsOf(LongStream.range(0, RECORDS).boxed().toList());
    }

    @ParameterizedTest
    @CsvSource({"false, ORDERED", "true, ALLOW_UNORDERED"})
    void withoutStateRecordsAreLost(boolean unaligned, OutputMode mode) throws Exception {
        FAILURES_AFTER_CHECKPOINT.set(1);
        FAILURES_BETWEEN.set(0);
        Map<Long, Integer> counts = run(unaligned, mode, false);

        assertThat(FAILURES_AFTER_CHECKPOINT).hasValue(0);
        assertThat(counts.values()).as("nothing twice").containsOnly(1);
        assertThat(counts.size()).as("something lost").isBetween(1, RECORDS - 1);
    }

    private static Map<Long, Integer> run(boolean unaligned, OutputMode mode, boolean writesState)
            throws Exception {
        Configuration config = new Configuration();
        config.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100);
        config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ZERO);
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment(config);
        env.setParallelism(PARALLELISM);
        env.enableCheckpointing(60);
        env.getCheckpointConfig().enableUnalignedCheckpoints(unaligned);
        if (mode == OutputMode.ORDERED) {
            env.getConfig().enableObjectReuse();
        }

        DataStream<TextRecord> texts =
                env.fromSource(
                                new DataGeneratorSource<>(
                                        RecoveryTest::text,
                                        RECORDS,
                                        new PerCheckpoint(60),
                                        Types.POJO(TextRecord.class)),
                                WatermarkStrategy.noWatermarks(),
                                "texts")
                        .rebalance();
        // As EncodeStream lays it, but for the operator.
        SingleOutputStreamOperator<TokenizedRecord> tokenized =
                texts.process(
                        new TokenizeFunction(RecoveryTest::encoder, REJECTED),
                        Types.POJO(TokenizedRecord.class));
        EncodeOptions options = in(mode, options(512, 8, Duration.ofHours(1)));
        SingleOutputStreamOperator<EmbeddingRecord> embedded =
                tokenized.transform(
                        "encode",
                        Types.POJO(EmbeddingRecord.class),
                        new FailingFactory(options, writesState));
        String ledger = UUID.randomUUID().toString();
        DataStream<RejectedRecord> rejected =
                tokenized.getSideOutput(REJECTED).union(embedded.getSideOutput(REJECTED));
        embedded.map(record -> record.source().origin().offset(), Types.LONG)
                .union(rejected.map(record -> record.source().origin().offset(), Types.LONG))
                .transform("ledger", Types.VOID, new Ledger(ledger))
                .setParallelism(1);
        env.execute();
        return Ledger.take(ledger);
    }

    /** Six lengths; one in fifty cannot be tokenized, and one in fifty not encoded. */
    private static TextRecord text(long number) {
        String text = "x".repeat(1 + (int) (number % 40));
        if (number % 50 == 7) {
            return TestRecords.text(number, null);
        }
        return TestRecords.text(number, number % 50 == 13 ? text + "!" : text);
    }

    private static Encoder encoder() {
        ControlledEncoder encoder = new ControlledEncoder(64);
        encoder.failWhen(RecoveryTest::refuse);
        return encoder;
    }

    private static void refuse(TokenBatch batch) {
        if (Arrays.stream(batch.ids()).anyMatch(id -> id == '!')) {
            throw new IllegalArgumentException("a bad row");
        }
    }

    /** The operator, failing on purpose, with or without its state. */
    private static final class FailingOperator extends EncodeBatchOperator {
        private final boolean writesState;
        private long lastCheckpoint;
        private boolean heldBack;
        private int received;

        FailingOperator(
                StreamOperatorParameters<EmbeddingRecord> parameters,
                EncodeOptions options,
                boolean writesState) {
            super(parameters, RecoveryTest::encoder, options, REJECTED);
            this.writesState = writesState;
        }

        @Override
        public void processElement(StreamRecord<TokenizedRecord> element) throws Exception {
            super.processElement(element);
            received++;
            if (received == 150 && takeOne(FAILURES_BETWEEN)) {
                throw new IllegalStateException("injected between two checkpoints");
            }
        }

        @Override
        public void snapshotState(StateSnapshotContext context) throws Exception {
            lastCheckpoint = context.getCheckpointId();
            super.snapshotState(context);
        }

        @Override
        List<BufferedRecord> notLeft() {
            List<BufferedRecord> records = super.notLeft();
            heldBack = !records.isEmpty();
            return writesState ? records : List.of();
        }

        @Override
        public void notifyCheckpointComplete(long checkpointId) throws Exception {
            super.notifyCheckpointComplete(checkpointId);
            // Only the newest: the job goes back to this checkpoint and to no later one.
            if (checkpointId == lastCheckpoint && heldBack && takeOne(FAILURES_AFTER_CHECKPOINT)) {
                throw new IllegalStateException("injected after a checkpoint");
            }
        }

        private static boolean takeOne(AtomicInteger failures) {
            return failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
        }
    }

    private static final class FailingFactory extends AbstractStreamOperatorFactory<EmbeddingRecord>
            implements OneInputStreamOperatorFactory<TokenizedRecord, EmbeddingRecord> {
        private static final long serialVersionUID = 1L;

        private final EncodeOptions options;
        private final boolean writesState;

        FailingFactory(EncodeOptions options, boolean writesState) {
            this.options = options;
            this.writesState = writesState;
        }

        @Override
        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // as the interface has it
        public <T extends StreamOperator<EmbeddingRecord>> T createStreamOperator(
                StreamOperatorParameters<EmbeddingRecord> parameters) {
            return (T) new FailingOperator(parameters, options, writesState);
        }

        @Override
        @SuppressWarnings("rawtypes") // as in the interface
        public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
            return FailingOperator.class;
        }
    }
}
