package io.millrace.flink.encode;

import static io.millrace.flink.testing.TestRecords.in;
import static io.millrace.flink.testing.TestRecords.options;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.options.OutputMode;
import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.TextRecord;
import io.millrace.flink.record.TokenizedRecord;
import io.millrace.flink.testing.ControlledEncoder;
import io.millrace.flink.testing.TestRecords;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OperatorSnapshotUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a checkpoint holds, and what comes of it. */
@Timeout(60)
class EncodeBatchOperatorStateTest {
    private final ControlledEncoder encoder = new ControlledEncoder(64);
    private final ControlledEncoder restoredEncoder = new ControlledEncoder(64);
    private final List<OperatorHarness> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        encoder.releaseAll();
        for (OperatorHarness harness : opened) {
            harness.close();
        }
    }

    @Test
    void aBarrierFlushesNothingAndWaitsForNothing() throws Exception {
        OperatorHarness operator = operator(1, 0, encoder).open();
        encoder.hold();
        for (int id = 1; id <= 3; id++) {
            operator.feed(id, 8, 100 + id);
        }
        encoder.awaitStarted(1);
        operator.flink.prepareSnapshotPreBarrier(1);
        OperatorSubtaskState state = operator.flink.snapshot(1, 1);
        assertThat(operator.all()).isEmpty();
        assertThat(operator.gauge(EncoderMetrics.IN_FLIGHT_BATCHES)).isEqualTo(1);
        assertThat(operator.gauge(EncoderMetrics.BUFFERED_RECORDS)).isEqualTo(3);

        OperatorHarness restored = restore(state);
        assertThat(restored.embedded()).containsExactly(1, 2, 3);
        assertThat(restored.flink.getOutput())
                .extracting(record -> ((StreamRecord<?>) record).getTimestamp())
                .containsExactly(101L, 102L, 103L);
    }

    @Test
    void everyRecordIsInTheStateWhereverItIsOnItsWay() throws Exception {
        OperatorHarness operator = operator(1, 0, encoder).open();
        encoder.hold();
        operator.feed(1, 8);
        operator.feed(2, 8); // runs
        encoder.awaitStarted(1);
        operator.feed(3, 16);
        operator.feed(4, 16); // ready for the thread
        operator.feed(5, 24);
        operator.feed(6, 24); // full, no room in flight
        operator.feed(7, 32); // waits for its like
        encoder.failWhen(
                batch -> {
                    if (ControlledEncoder.firstIds(batch).contains(1)) {
                        throw new IllegalStateException("once more, in halves");
                    }
                });
        encoder.release(1);
        operator.awaitMail(); // 1 and 2 wait for their second try
        OperatorSubtaskState state = operator.flink.snapshot(1, 1);
        assertThat(operator.all()).isEmpty();
        assertThat(restore(state).embedded()).containsExactly(1, 2, 3, 4, 5, 6, 7);
    }

    @Test
    void whatHasLeftIsNotInTheState() throws Exception {
        OperatorHarness operator = operator(1, 0, encoder).open();
        for (int id = 1; id <= 5; id++) {
            operator.feed(id, 8);
        }
        operator.runUntilInFlight(0);
        assertThat(operator.embedded()).containsExactly(1, 2, 3, 4);
        assertThat(restore(operator.flink.snapshot(1, 1)).embedded()).containsExactly(5);
    }

    /** The second batch is done and must wait for the first: it has not left, so it is state. */
    @Test
    void whatIsDoneButHasNotLeftIsInTheState() throws Exception {
        OperatorHarness operator = operator(1, 0, encoder).open();
        operator.feed(1, 30);
        operator.feed(2, 8);
        operator.feed(3, 8);
        operator.runUntilInFlight(0);
        assertThat(encoder.calls()).containsExactly(List.of(2, 3));
        assertThat(operator.all()).isEmpty();
        assertThat(restore(operator.flink.snapshot(1, 1)).embedded()).containsExactly(1, 2, 3);
    }

    @ParameterizedTest
    @EnumSource
    void deletesThatHaveNotLeftAreInTheState(OutputMode mode) throws Exception {
        OperatorHarness operator = new OperatorHarness(in(mode, big()), () -> encoder).open();
        opened.add(operator);
        operator.feedDelete(1);
        operator.feed(2, 30);
        operator.feedDelete(3);
        operator.feed(4, 8);
        operator.feedDelete(5);
        assertThat(operator.all()).containsExactly("D1");
        OperatorSubtaskState state = operator.flink.snapshot(1, 1);
        assertThat(restore(state).all()).containsExactly("2", "D3", "4", "D5");
    }

    /** A delete is none of a model's tokens. */
    @Test
    void deletesSurviveAnotherModel() throws Exception {
        OperatorHarness operator = operator(1, 0, encoder).open();
        TextRecord delete = TestRecords.delete(1).source();
        operator.flink.processElement(
                new StreamRecord<>(new TokenizedRecord(delete, new int[0], false, "sha256:1")));
        assertThat(operator.all()).containsExactly("D1");
        assertThat(operator.rejected()).isEmpty();
    }

    /** Written by the operator as it was before records could be deletes. */
    @Test
    void stateFromBeforeDeletesIsRead() throws Exception {
        OperatorSubtaskState state =
                OperatorSnapshotUtil.readStateHandle(
                        Path.of(
                                        requireNonNull(
                                                        getClass()
                                                                .getResource(
                                                                        "before-deletes.snapshot"))
                                                .toURI())
                                .toString());
        OperatorHarness restored = restore(state);
        assertThat(restored.flink.extractOutputValues())
                .extracting(EmbeddingRecord::source)
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactly(TestRecords.tokens(1, 8).source(), TestRecords.full());
        assertThat(restored.all()).containsExactly("1", "2");
    }

    @Test
    void missingFieldsAndTimestampsSurvive() throws Exception {
        OperatorHarness operator = operator(1, 0, encoder).open();
        TextRecord bare = TestRecords.text(9, "a text");
        operator.flink.processElement(
                new StreamRecord<>(TokenizedRecord.of(bare, restoredEncoder)));
        OperatorHarness restored = restore(operator.flink.snapshot(1, 1));
        assertThat(restored.flink.extractOutputStreamRecords())
                .singleElement()
                .satisfies(
                        record -> {
                            assertThat(record.hasTimestamp()).isFalse();
                            assertThat(record.getValue().source()).isEqualTo(bare);
                        });
    }

    @Test
    void anEmptyOperatorHasEmptyState() throws Exception {
        OperatorHarness operator = operator(1, 0, encoder).open();
        OperatorHarness restored = restore(operator.flink.snapshot(1, 1));
        assertThat(restored.all()).isEmpty();
        assertThat(restoredEncoder.calls()).isEmpty();
    }

    @Test
    void anotherParallelismSharesTheRecordsOut() throws Exception {
        OperatorHarness operator = operator(1, 0, encoder).open();
        for (int id = 1; id <= 7; id++) {
            operator.feed(id, 8 * id);
        }
        OperatorSubtaskState one = operator.flink.snapshot(1, 1);

        List<Integer> left = new ArrayList<>();
        List<OperatorSubtaskState> two = new ArrayList<>();
        for (int subtask = 0; subtask < 2; subtask++) {
            OperatorHarness half = operator(2, subtask, new ControlledEncoder(64));
            half.open(
                    AbstractStreamOperatorTestHarness.repartitionOperatorState(
                            one, 16, 1, 2, subtask));
            two.add(half.flink.snapshot(2, 2));
            half.flink.endInput();
            assertThat(half.embedded()).isNotEmpty().isSorted();
            left.addAll(half.embedded());
        }
        assertThat(left).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7);

        OperatorHarness again = operator(1, 0, restoredEncoder);
        again.open(
                AbstractStreamOperatorTestHarness.repartitionOperatorState(
                        AbstractStreamOperatorTestHarness.repackageState(two.get(0), two.get(1)),
                        16,
                        2,
                        1,
                        0));
        again.flink.endInput();
        assertThat(again.embedded()).containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6, 7);
    }

    /** More than the operator may hold: opening has to let records leave to make room. */
    @Test
    void aStateBeyondTheCapacityIsTakenIn() throws Exception {
        OperatorHarness big = new OperatorHarness(big(), () -> encoder);
        opened.add(big);
        big.open();
        for (int id = 1; id <= 100; id++) {
            big.feed(id, 8);
        }
        assertThat(encoder.calls()).isEmpty();
        assertThat(restore(big.flink.snapshot(1, 1)).embedded()).hasSize(100).isSorted();
    }

    @Test
    void tokensOfAnotherModelAreMadeAnew() throws Exception {
        OperatorHarness operator = operator(1, 0, encoder).open();
        operator.flink.processElement(
                new StreamRecord<>(
                        new TokenizedRecord(
                                TestRecords.text(9, "ab"), new int[] {55}, false, "sha256:1")));
        operator.flink.processElement(
                new StreamRecord<>(
                        new TokenizedRecord(
                                TestRecords.text(10, null), new int[] {55}, false, "sha256:1")));
        operator.flink.endInput();
        assertThat(operator.flink.extractOutputValues())
                .singleElement()
                .satisfies(vector -> assertThat(vector.embedding()).containsExactly(4, 1, 2, 198));
        assertThat(operator.rejected())
                .extracting(RejectedRecord::stage)
                .containsExactly(RejectedRecord.Stage.TOKENIZE);
    }

    @Test
    void moreTokensThanTheModelTakesAreCutAnew() throws Exception {
        OperatorHarness operator = operator(1, 0, encoder).open();
        operator.feed(1, 65);
        operator.flink.endInput();
        assertThat(operator.flink.extractOutputValues())
                .singleElement()
                .satisfies(
                        vector -> {
                            assertThat(vector.tokens()).isEqualTo(64);
                            assertThat(vector.truncated()).isTrue();
                        });
        assertThat(operator.counter(EncoderMetrics.NUM_TRUNCATED)).isEqualTo(1);
    }

    private static EncodeOptions big() {
        return options(100_000, 1_000, Duration.ofHours(1));
    }

    private OperatorHarness operator(int parallelism, int subtask, ControlledEncoder encoder)
            throws Exception {
        OperatorHarness operator =
                new OperatorHarness(
                        options(10_000, 2, Duration.ofHours(1)),
                        () -> encoder,
                        parallelism,
                        subtask);
        opened.add(operator);
        return operator;
    }

    /** Opens another operator with this state and ends its input. */
    private OperatorHarness restore(OperatorSubtaskState state) throws Exception {
        OperatorHarness restored = operator(1, 0, restoredEncoder).open(state);
        restored.flink.endInput();
        return restored;
    }
}
