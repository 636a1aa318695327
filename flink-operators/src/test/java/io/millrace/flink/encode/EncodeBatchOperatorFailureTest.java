package io.millrace.flink.encode;

import static io.millrace.flink.testing.TestRecords.options;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.RejectedRecord.Stage;
import io.millrace.flink.testing.ControlledEncoder;
import io.millrace.model.ModelException;
import io.millrace.model.encode.EncodeException;
import io.millrace.model.encode.EncodeException.Kind;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.ModelInfo;
import io.millrace.model.encode.TokenBatch;
import io.millrace.model.testing.FakeEncoder;
import io.millrace.model.tokenize.Tokenizer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of batches that fail, and of an operator that has to go. */
@Timeout(60)
class EncodeBatchOperatorFailureTest {
    private static final EncodeOptions ROWS_32 = options(10_000, 32, Duration.ofHours(1));

    private final ControlledEncoder encoder = new ControlledEncoder(64);

    @AfterEach
    void release() {
        encoder.releaseAll();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 16, 17, 31, 32})
    void oneBadRecordIsFoundInFewCalls(int bad) throws Exception {
        try (OperatorHarness operator = new OperatorHarness(ROWS_32, () -> encoder).open()) {
            encoder.failWhen(batch -> failOn(batch, Set.of(bad)));
            feed(operator, 32);
            operator.runUntilInFlight(0);

            assertThat(operator.embedded())
                    .containsExactlyElementsOf(
                            IntStream.rangeClosed(1, 32).filter(id -> id != bad).boxed().toList());
            assertThat(operator.rejected())
                    .singleElement()
                    .satisfies(
                            rejected -> {
                                assertThat(rejected.source().origin().offset()).isEqualTo(bad);
                                assertThat(rejected.stage()).isEqualTo(Stage.ENCODE);
                                assertThat(rejected.errorClass())
                                        .isEqualTo(EncodeException.class.getName());
                                assertThat(rejected.reason()).isEqualTo("bad row");
                            });
            assertThat(encoder.calls()).hasSize(2 * 5 + 1); // 2 log2(32) + 1
            assertThat(operator.counter(EncoderMetrics.NUM_BATCH_SPLITS)).isEqualTo(5);
            assertThat(operator.counter(EncoderMetrics.NUM_BATCHES)).isEqualTo(11);
            assertThat(operator.counter(EncoderMetrics.NUM_REJECTED)).isEqualTo(1);
            assertThat(operator.gauge(EncoderMetrics.EFFECTIVE_BATCH_TOKENS)).isEqualTo(10_000);
        }
    }

    @Test
    void severalBadRecordsAreFound() throws Exception {
        try (OperatorHarness operator = new OperatorHarness(ROWS_32, () -> encoder).open()) {
            encoder.failWhen(batch -> failOn(batch, Set.of(3, 4, 40, 64)));
            feed(operator, 64);
            operator.runUntilInFlight(0);
            assertThat(operator.embedded()).hasSize(60).isSorted();
            assertThat(operator.rejected())
                    .extracting(rejected -> rejected.source().origin().offset())
                    .containsExactly(3L, 4L, 40L, 64L);
        }
    }

    @Test
    void anyExceptionOfTheEncoderIsABadBatch() throws Exception {
        try (OperatorHarness operator = new OperatorHarness(ROWS_32, () -> encoder).open()) {
            encoder.failWhen(
                    batch -> {
                        throw new IllegalArgumentException();
                    });
            operator.feed(1, 8);
            operator.flink.endInput();
            assertThat(operator.rejected())
                    .extracting(RejectedRecord::reason)
                    .containsExactly("IllegalArgumentException");
        }
    }

    @Test
    void onlyTheRowThatIsNotFiniteIsRejected() throws Exception {
        try (OperatorHarness operator = new OperatorHarness(ROWS_32, () -> encoder).open()) {
            encoder.spoil(id -> id % 10 == 0);
            feed(operator, 32);
            operator.runUntilInFlight(0);
            assertThat(encoder.calls()).hasSize(1);
            assertThat(operator.embedded()).hasSize(29).doesNotContain(10, 20, 30);
            assertThat(operator.rejected())
                    .hasSize(3)
                    .allSatisfy(
                            rejected -> {
                                assertThat(rejected.stage()).isEqualTo(Stage.ENCODE);
                                assertThat(rejected.reason()).isEqualTo("non-finite vector");
                            });
        }
    }

    @Test
    void runningOutOfMemoryHalvesTheBudgetForGood() throws Exception {
        EncodeOptions options = options(512, 1_000, Duration.ofHours(1));
        try (OperatorHarness operator = new OperatorHarness(options, () -> encoder).open()) {
            encoder.failWhen(batch -> outOfMemoryAbove(batch, 16));
            feed(operator, 64); // 64 rows of 8 tokens
            operator.runUntilInFlight(0);
            assertThat(operator.gauge(EncoderMetrics.EFFECTIVE_BATCH_TOKENS)).isEqualTo(128);
            assertThat(operator.embedded()).hasSize(64).isSorted();
            assertThat(operator.rejected()).isEmpty();
            int calls = encoder.calls().size();
            for (int id = 65; id <= 96; id++) {
                operator.feed(id, 8);
            }
            operator.runUntilInFlight(0);
            assertThat(encoder.calls().subList(calls, calls + 2))
                    .as("cut to the size that works")
                    .allMatch(rows -> rows.size() == 16);
        }
    }

    /** The floor is one text of the greatest length: 64 tokens; below it batches are only split. */
    @Test
    void aTextThatNeedsTooMuchMemoryAloneIsRejected() throws Exception {
        EncodeOptions options = options(512, 1_000, Duration.ofHours(1));
        try (OperatorHarness operator = new OperatorHarness(options, () -> encoder).open()) {
            encoder.failWhen(
                    batch -> {
                        if (ControlledEncoder.firstIds(batch).contains(5)) {
                            throw new EncodeException(
                                    Kind.OUT_OF_MEMORY, "too little memory", new Exception());
                        }
                    });
            feed(operator, 64);
            operator.runUntilInFlight(0);
            assertThat(operator.embedded()).hasSize(63).doesNotContain(5);
            assertThat(operator.rejected())
                    .extracting(RejectedRecord::reason)
                    .containsExactly("too little memory");
            assertThat(operator.gauge(EncoderMetrics.EFFECTIVE_BATCH_TOKENS)).isEqualTo(64);
        }
    }

    @Test
    void anErrorFailsTheTask() throws Exception {
        try (OperatorHarness operator = new OperatorHarness(ROWS_32, () -> encoder).open()) {
            encoder.failWhen(
                    batch -> {
                        throw new NoClassDefFoundError("gone");
                    });
            feed(operator, 32);
            assertThatThrownBy(() -> operator.runUntilInFlight(0))
                    .isInstanceOf(NoClassDefFoundError.class);
            assertThat(operator.rejected()).isEmpty();
        }
    }

    @Test
    void aWrongNumberOfVectorsFailsTheTask() throws Exception {
        Encoder broken =
                new Delegating() {
                    @Override
                    public float[][] encode(TokenBatch batch) {
                        return new float[1][4];
                    }
                };
        try (OperatorHarness operator = new OperatorHarness(ROWS_32, () -> broken).open()) {
            feed(operator, 32);
            assertThatThrownBy(() -> operator.runUntilInFlight(0))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Encoder fake: expected 32 vectors, found 1");
        }
    }

    @Test
    void closingWaitsForTheRunningCallAndDropsTheRest() throws Exception {
        OperatorHarness operator =
                new OperatorHarness(options(10_000, 1, Duration.ofHours(1)), () -> encoder).open();
        encoder.hold();
        operator.feed(1, 8);
        operator.feed(2, 8);
        encoder.awaitStarted(1);
        releaseOnceBlocked(Thread.currentThread());
        operator.close();
        assertThat(encoder.calls()).containsExactly(List.of(1));
        assertThat(encoder.closes()).isEqualTo(1);
        assertThat(encoder.runningAtClose()).isZero();
    }

    /** Flink interrupts a cancelled task's thread until it ends. */
    @Test
    void anInterruptDoesNotCloseTheEncoderUnderARunningCall() throws Exception {
        OperatorHarness operator =
                new OperatorHarness(options(10_000, 1, Duration.ofHours(1)), () -> encoder).open();
        encoder.hold();
        operator.feed(1, 8);
        encoder.awaitStarted(1);
        releaseOnceBlocked(Thread.currentThread());
        Thread.currentThread().interrupt();
        operator.close();
        assertThat(Thread.interrupted()).as("the interrupt is passed on").isTrue();
        assertThat(encoder.closes()).isEqualTo(1);
        assertThat(encoder.runningAtClose()).isZero();
    }

    @Test
    void anOperatorThatDidNotOpenCloses() throws Exception {
        OperatorHarness operator =
                new OperatorHarness(
                        ROWS_32,
                        () -> {
                            throw new ModelException(
                                    Path.of("model"), List.of("config.json: not found"));
                        });
        assertThatThrownBy(operator::open)
                .isInstanceOf(SuppressRestartsException.class)
                .cause()
                .hasMessageContaining("Model directory model cannot be run:")
                .hasMessageContaining("config.json: not found");
        operator.close();
    }

    @Test
    void anOperatorThatOpenedHalfwayClosesItsEncoder() throws Exception {
        AtomicInteger closes = new AtomicInteger();
        Encoder broken =
                new Delegating() {
                    @Override
                    public ModelInfo info() {
                        throw new IllegalStateException("no info");
                    }

                    @Override
                    public void close() {
                        closes.incrementAndGet();
                    }
                };
        OperatorHarness operator = new OperatorHarness(ROWS_32, () -> broken);
        assertThatThrownBy(operator::open).hasMessage("no info");
        operator.close();
        assertThat(closes).hasValue(1);
    }

    private static void feed(OperatorHarness operator, int records) throws Exception {
        for (int id = 1; id <= records; id++) {
            operator.feed(id, 8);
        }
    }

    private static void failOn(TokenBatch batch, Set<Integer> bad) {
        if (ControlledEncoder.firstIds(batch).stream().anyMatch(bad::contains)) {
            throw new EncodeException(Kind.FAILED, "bad row", new Exception());
        }
    }

    private static void outOfMemoryAbove(TokenBatch batch, int rows) {
        if (batch.rows() > rows) {
            throw new EncodeException(Kind.OUT_OF_MEMORY, "too many rows", new Exception());
        }
    }

    /** Opens the gate only when closing waits for it, or has gone on without waiting. */
    private void releaseOnceBlocked(Thread closing) {
        Thread thread =
                new Thread(
                        () -> {
                            while (closing.getState() == Thread.State.RUNNABLE
                                    && encoder.closes() == 0) {
                                Thread.onSpinWait();
                            }
                            encoder.releaseAll();
                        });
        thread.setDaemon(true);
        thread.start();
    }

    /** The fake encoder, to override. */
    private abstract static class Delegating implements Encoder {
        private final FakeEncoder fake = new FakeEncoder(64);

        @Override
        public ModelInfo info() {
            return fake.info();
        }

        @Override
        public Tokenizer tokenizer() {
            return fake.tokenizer();
        }

        @Override
        public float[][] encode(TokenBatch batch) {
            return fake.encode(batch);
        }

        @Override
        public void close() {
            fake.close();
        }
    }
}
