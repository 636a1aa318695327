package io.millrace.flink.encode;

import static io.millrace.flink.testing.TestRecords.in;
import static io.millrace.flink.testing.TestRecords.options;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.options.OutputMode;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.TokenizedRecord;
import io.millrace.flink.testing.ControlledEncoder;
import io.millrace.flink.testing.TestRecords;
import java.time.Duration;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** In which order everything leaves. */
@Timeout(60)
@SuppressWarnings("NullAway.Init") // each test opens its operator first
class EncodeBatchOperatorOrderTest {
    private final ControlledEncoder encoder = new ControlledEncoder(64);
    private OperatorHarness operator;

    @AfterEach
    void close() throws Exception {
        encoder.releaseAll();
        operator.close();
    }

    @Test
    void recordsMarksAndStatusLeaveInTheOrderOfArrival() throws Exception {
        open(OutputMode.ORDERED);
        operator.feed(1, 30);
        watermark(10);
        operator.feed(2, 8);
        operator.flink.processWatermarkStatus(WatermarkStatus.IDLE);
        operator.flink.processWatermarkStatus(WatermarkStatus.ACTIVE);
        operator.feed(3, 8); // 2 and 3 are done before 1
        watermark(20);
        watermark(21);
        operator.runUntilInFlight(0);
        assertThat(encoder.calls()).hasSize(1);
        assertThat(operator.all()).isEmpty();

        operator.feed(4, 30);
        operator.runUntilInFlight(0);
        assertThat(operator.all())
                .containsExactly(
                        "1",
                        "W10",
                        "2",
                        WatermarkStatus.IDLE.toString(),
                        WatermarkStatus.ACTIVE.toString(),
                        "3",
                        "W20",
                        "W21",
                        "4");
    }

    @ParameterizedTest
    @EnumSource
    void marksLeaveAtOnceWhereNothingIsBeforeThem(OutputMode mode) throws Exception {
        open(mode);
        watermark(5);
        operator.flink.processWatermarkStatus(WatermarkStatus.IDLE);
        assertThat(operator.all()).containsExactly("W5", WatermarkStatus.IDLE.toString());
    }

    @Test
    void withoutOrderRecordsLeaveWhenDoneAndNeverPassAWatermark() throws Exception {
        open(OutputMode.ALLOW_UNORDERED);
        operator.feed(1, 30);
        operator.feed(2, 8);
        operator.feed(3, 8);
        operator.runUntilInFlight(0);
        assertThat(operator.all()).containsExactly("2", "3");

        watermark(10);
        operator.feed(4, 16);
        operator.feed(5, 16);
        operator.runUntilInFlight(0);
        assertThat(operator.all()).containsExactly("2", "3");

        operator.feed(6, 30); // completes the batch of 1
        operator.runUntilInFlight(0);
        assertThat(operator.all()).startsWith("2", "3", "1", "W10").hasSize(7);
        assertThat(operator.all().subList(4, 7)).containsExactlyInAnyOrder("4", "5", "6");
    }

    @ParameterizedTest
    @EnumSource
    void statusIsNotOvertakenEither(OutputMode mode) throws Exception {
        open(mode);
        operator.feed(1, 30);
        operator.flink.processWatermarkStatus(WatermarkStatus.IDLE);
        operator.feed(2, 8);
        operator.feed(3, 8);
        operator.runUntilInFlight(0);
        assertThat(operator.all()).isEmpty();
        operator.flink.endInput();
        assertThat(operator.all()).containsExactly("1", WatermarkStatus.IDLE.toString(), "2", "3");
    }

    @Test
    void rejectedRecordsWaitForTheirTurnToo() throws Exception {
        open(OutputMode.ORDERED);
        encoder.spoil(id -> id == 2);
        operator.feed(1, 30);
        operator.feed(2, 8);
        operator.feed(3, 8);
        operator.runUntilInFlight(0);
        assertThat(operator.rejected()).isEmpty();
        operator.flink.endInput();
        assertThat(operator.embedded()).containsExactly(1, 3);
        assertThat(operator.rejected())
                .extracting(RejectedRecord::reason)
                .containsExactly("non-finite vector");
    }

    /** Texts before it leave before it, texts after it after it, though they are done earlier. */
    @ParameterizedTest
    @EnumSource
    void nothingPassesADelete(OutputMode mode) throws Exception {
        open(mode);
        operator.feed(1, 30);
        operator.feedDelete(2);
        operator.feed(3, 8);
        operator.feed(4, 8);
        operator.feedDelete(5);
        operator.feedDelete(6);
        operator.runUntilInFlight(0);
        assertThat(encoder.calls()).hasSize(1);
        assertThat(operator.all()).isEmpty();

        operator.feed(7, 30);
        operator.runUntilInFlight(0);
        assertThat(operator.all()).containsExactly("1", "D2", "3", "4", "D5", "D6", "7");
    }

    @ParameterizedTest
    @EnumSource
    void aDeleteLeavesAtOnceWhereNothingIsBeforeIt(OutputMode mode) throws Exception {
        open(mode);
        TokenizedRecord delete = TestRecords.delete(1);
        operator.flink.processElement(delete, 5);
        assertThat(operator.flink.extractOutputStreamRecords())
                .singleElement()
                .satisfies(
                        record -> {
                            assertThat(record.getTimestamp()).isEqualTo(5);
                            assertThat(record.getValue().source())
                                    .usingRecursiveComparison()
                                    .isEqualTo(delete.source());
                            assertThat(record.getValue().embedding()).isNull();
                            assertThat(record.getValue().tokens()).isZero();
                        });
        assertThat(encoder.calls()).isEmpty();
    }

    @Test
    void latencyMarkersPass() throws Exception {
        open(OutputMode.ORDERED);
        operator.feed(1, 30);
        LatencyMarker marker = new LatencyMarker(1, new OperatorID(), 0);
        operator.flink.getOneInputOperator().processLatencyMarker(marker);
        assertThat(operator.flink.getOutput()).containsExactly(marker);
    }

    private void open(OutputMode mode) throws Exception {
        operator =
                new OperatorHarness(
                                in(mode, options(10_000, 2, Duration.ofHours(1))), () -> encoder)
                        .open();
    }

    private void watermark(long time) throws Exception {
        operator.flink.processWatermark(new Watermark(time));
    }
}
