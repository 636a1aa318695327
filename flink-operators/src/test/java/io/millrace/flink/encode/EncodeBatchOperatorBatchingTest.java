package io.millrace.flink.encode;

import static io.millrace.flink.testing.TestRecords.options;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.testing.ControlledEncoder;
import io.millrace.model.encode.Precision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When batches are cut, how many run, and when taking records in waits. */
@Timeout(60)
class EncodeBatchOperatorBatchingTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(10);

    private final ControlledEncoder encoder = new ControlledEncoder(64);
    private final List<OperatorHarness> opened = new ArrayList<>();

    @AfterEach
    void close() throws Exception {
        encoder.releaseAll();
        for (OperatorHarness harness : opened) {
            harness.close();
        }
    }

    @Test
    void paddedTokensFillABatch() throws Exception {
        OperatorHarness operator = open(options(32, 100, LONG));
        for (int id = 1; id <= 5; id++) {
            operator.feed(id, 5);
        }
        operator.runUntilInFlight(0);
        assertThat(encoder.calls()).containsExactly(List.of(1, 2, 3, 4));
        assertThat(operator.embedded()).containsExactly(1, 2, 3, 4);
        assertThat(operator.counter(EncoderMetrics.NUM_FLUSH_FULL)).isEqualTo(1);
    }

    @Test
    void rowsFillABatch() throws Exception {
        OperatorHarness operator = open(options(10_000, 3, LONG));
        for (int id = 1; id <= 4; id++) {
            operator.feed(id, 5);
        }
        operator.runUntilInFlight(0);
        assertThat(encoder.calls()).containsExactly(List.of(1, 2, 3));
    }

    @Test
    void lengthsDoNotShareABatch() throws Exception {
        OperatorHarness operator = open(options(10_000, 2, LONG));
        operator.feed(1, 8);
        operator.feed(2, 13);
        operator.feed(3, 16);
        operator.feed(4, 5);
        operator.runUntilInFlight(0);
        assertThat(encoder.calls()).containsExactlyInAnyOrder(List.of(2, 3), List.of(1, 4));
    }

    @Test
    void lingerEndsAWaitWhileAThreadIsIdle() throws Exception {
        OperatorHarness operator = open(options(10_000, 100, SHORT));
        operator.feed(1, 8);
        operator.flink.setProcessingTime(9);
        operator.feed(2, 8);
        assertThat(encoder.calls()).isEmpty();
        operator.flink.setProcessingTime(10);
        operator.runUntilInFlight(0);
        assertThat(encoder.calls()).containsExactly(List.of(1, 2));
        assertThat(operator.embedded()).containsExactly(1, 2);
        assertThat(operator.counter(EncoderMetrics.NUM_FLUSH_LINGER)).isEqualTo(1);
    }

    @Test
    void oneTimerServesAllThatWait() throws Exception {
        OperatorHarness operator = open(options(10_000, 100, SHORT));
        for (int id = 1; id <= 20; id++) {
            operator.feed(id, 1 + id * 3);
            operator.flink.setProcessingTime(id / 4);
        }
        assertThat(operator.flink.getProcessingTimeService().getNumActiveTimers()).isEqualTo(1);
        for (long now = 5; now <= 20; now++) {
            operator.flink.setProcessingTime(now);
            operator.runUntilInFlight(0);
        }
        assertThat(operator.embedded()).hasSize(20);
        assertThat(operator.flink.getProcessingTimeService().getNumActiveTimers()).isZero();
    }

    @Test
    void whileAllThreadsAreBusyADueBatchGrows() throws Exception {
        OperatorHarness operator = open(options(10_000, 100, SHORT));
        encoder.hold();
        operator.feed(1, 8);
        operator.flink.setProcessingTime(10);
        encoder.awaitStarted(1);
        for (int id = 2; id <= 6; id++) {
            operator.feed(id, 8);
            operator.flink.setProcessingTime(id * 100L);
        }
        assertThat(operator.gauge(EncoderMetrics.IN_FLIGHT_BATCHES)).isEqualTo(1);
        encoder.releaseAll();
        operator.runUntilInFlight(0);
        assertThat(encoder.calls()).containsExactly(List.of(1), List.of(2, 3, 4, 5, 6));
    }

    @Test
    void aDueRareLengthGoesBeforeAFullBatch() throws Exception {
        OperatorHarness operator = open(options(10_000, 2, SHORT));
        encoder.hold();
        operator.feed(1, 8);
        operator.feed(2, 8);
        encoder.awaitStarted(1);
        operator.feed(3, 30);
        operator.flink.setProcessingTime(10);
        operator.feed(4, 8);
        operator.feed(5, 8);
        operator.feed(6, 8);
        operator.feed(7, 8);
        encoder.releaseAll();
        operator.runUntilInFlight(0);
        assertThat(encoder.calls())
                .containsExactly(List.of(1, 2), List.of(3), List.of(4, 5), List.of(6, 7));
        assertThat(operator.embedded()).containsExactly(1, 2, 3, 4, 5, 6, 7);
    }

    @Test
    void oneBatchRunsAndOneIsReadyAndTheRestWaits() throws Exception {
        OperatorHarness operator = open(options(10_000, 2, LONG));
        encoder.hold();
        for (int id = 1; id <= 8; id++) {
            operator.feed(id, 8);
        }
        assertThat(operator.gauge(EncoderMetrics.IN_FLIGHT_BATCHES)).isEqualTo(2);
        encoder.awaitStarted(1);
        assertThat(encoder.calls()).containsExactly(List.of(1, 2));
        encoder.release(1);
        operator.awaitMail();
        assertThat(operator.embedded()).containsExactly(1, 2);
        assertThat(operator.gauge(EncoderMetrics.IN_FLIGHT_BATCHES)).isEqualTo(2);
    }

    @Test
    void takingInWaitsOnceTooManyRecordsHaveNotLeft() throws Exception {
        int rows = 2;
        int capacity = rows * (2 + EncodeBatchOperator.CAPACITY_BATCHES);
        OperatorHarness operator = open(options(10_000, rows, LONG));
        encoder.hold();
        List<Integer> bufferedWhileWaiting = new ArrayList<>();
        operator.mail(
                () -> {
                    bufferedWhileWaiting.add(
                            operator.gauge(EncoderMetrics.BUFFERED_RECORDS).intValue());
                    encoder.releaseAll();
                });
        for (int id = 1; id <= capacity; id++) {
            operator.feed(id, 8);
        }
        assertThat(bufferedWhileWaiting).as("there is room").isEmpty();
        operator.feed(capacity + 1, 8);
        assertThat(bufferedWhileWaiting).containsExactly(capacity + 1);
        assertThat(operator.gauge(EncoderMetrics.BUFFERED_RECORDS).intValue())
                .isLessThanOrEqualTo(capacity);
    }

    @Test
    void takingInWaitsOnceTooManyTokensHaveNotLeft() throws Exception {
        int capacity = 2 + EncodeBatchOperator.CAPACITY_BATCHES;
        OperatorHarness operator = open(options(64, 1_000, LONG));
        encoder.hold();
        List<String> mails = new ArrayList<>();
        operator.mail(
                () -> {
                    mails.add("waits");
                    encoder.releaseAll();
                });
        for (int id = 1; id <= capacity; id++) {
            operator.feed(id, 64);
        }
        assertThat(mails).isEmpty();
        operator.feed(capacity + 1, 64);
        assertThat(mails).containsExactly("waits");
    }

    @Test
    void watermarksCountToo() throws Exception {
        OperatorHarness operator = open(options(10_000, 1, LONG));
        int capacity = 2 + EncodeBatchOperator.CAPACITY_BATCHES;
        encoder.hold();
        operator.mail(encoder::releaseAll);
        operator.feed(1, 8);
        for (int time = 1; time <= 3 * capacity; time++) {
            operator.flink.processWatermark(new Watermark(time));
        }
        operator.runUntilInFlight(0);
        assertThat(operator.all()).hasSize(1 + 3 * capacity);
    }

    /** Nothing is full and nothing is due, so only the bound itself can make room. */
    @Test
    void aFullOperatorCutsWhatIsNeitherFullNorDue() throws Exception {
        int rows = 4;
        int capacity = rows * (2 + EncodeBatchOperator.CAPACITY_BATCHES);
        ControlledEncoder wide = new ControlledEncoder(4096);
        OperatorHarness operator = new OperatorHarness(options(1_000_000, rows, LONG), () -> wide);
        opened.add(operator);
        operator.open();
        for (int id = 1; id <= capacity; id++) {
            operator.feed(id, 512 + 64 * (id % 30));
        }
        assertThat(wide.calls()).isEmpty();
        operator.feed(capacity + 1, 8);
        assertThat(wide.calls()).isNotEmpty();
        operator.flink.endInput();
        assertThat(operator.embedded()).hasSize(capacity + 1).isSorted();
    }

    @Test
    void endOfInputWaitsForEverything() throws Exception {
        OperatorHarness operator = open(options(10_000, 100, LONG));
        for (int id = 1; id <= 10; id++) {
            operator.feed(id, 6 * id);
        }
        operator.flink.processWatermark(Watermark.MAX_WATERMARK);
        assertThat(encoder.calls()).isEmpty();
        operator.flink.endInput();
        assertThat(operator.embedded()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
        assertThat(operator.all()).last().isEqualTo("W" + Long.MAX_VALUE);
        assertThat(operator.counter(EncoderMetrics.NUM_FLUSH_END_OF_INPUT)).isPositive();
    }

    @Test
    void endOfInputWithoutRecordsEnds() throws Exception {
        OperatorHarness operator = open(options(10_000, 100, LONG));
        operator.flink.endInput();
        assertThat(encoder.calls()).isEmpty();
    }

    @Test
    void vectorsKeepTheirTimestamps() throws Exception {
        OperatorHarness operator = open(options(10_000, 2, LONG));
        operator.feed(1, 8, 77);
        operator.feed(2, 8);
        operator.runUntilInFlight(0);
        assertThat(operator.flink.getOutput())
                .extracting(record -> ((StreamRecord<?>) record).hasTimestamp())
                .containsExactly(true, false);
        assertThat(operator.flink.getOutput())
                .first()
                .extracting(record -> ((StreamRecord<?>) record).getTimestamp())
                .isEqualTo(77L);
    }

    @Test
    void vectorsCarryWhatTheyWereMadeFrom() throws Exception {
        OperatorHarness operator = open(options(10_000, 1, LONG));
        operator.feed(3, 5);
        operator.runUntilInFlight(0);
        assertThat(operator.flink.extractOutputValues())
                .singleElement()
                .satisfies(
                        vector -> {
                            assertThat(vector.embedding()).containsExactly(5, 3, 7, 31);
                            assertThat(vector.tokens()).isEqualTo(5);
                            assertThat(vector.truncated()).isFalse();
                            assertThat(vector.modelId()).isEqualTo("fake");
                            assertThat(vector.modelRevision()).isEqualTo("sha256:0");
                            assertThat(vector.precision()).isEqualTo(Precision.F32);
                            assertThat(vector.source().origin().offset()).isEqualTo(3);
                        });
    }

    @Test
    void metricsTellWhatHappened() throws Exception {
        OperatorHarness operator = open(options(10_000, 2, SHORT));
        operator.feed(1, 6);
        operator.flink.setProcessingTime(4);
        operator.feed(2, 8);
        operator.feed(3, 9);
        assertThat(operator.gauge(EncoderMetrics.BUFFERED_RECORDS)).isEqualTo(3);
        operator.runUntilInFlight(0);
        operator.flink.setProcessingTime(14);
        operator.runUntilInFlight(0);

        assertThat(operator.histogram(EncoderMetrics.BATCH_ROWS).getStatistics().getValues())
                .containsExactlyInAnyOrder(1, 2);
        assertThat(operator.histogram(EncoderMetrics.BATCH_TOKENS).getStatistics().getValues())
                .containsExactlyInAnyOrder(12, 16);
        assertThat(operator.histogram(EncoderMetrics.BATCH_WAIT_MS).getStatistics().getValues())
                .containsExactlyInAnyOrder(4, 10);
        assertThat(operator.histogram(EncoderMetrics.INFERENCE_TIME_MS).getCount()).isEqualTo(2);
        assertThat(operator.gauge(EncoderMetrics.BUFFERED_RECORDS)).isEqualTo(0);
        assertThat(operator.gauge(EncoderMetrics.IN_FLIGHT_BATCHES)).isEqualTo(0);
        assertThat(operator.gauge(EncoderMetrics.PADDING_RATIO)).isEqualTo(1 - 23 / 28.0);
        assertThat(operator.gauge(EncoderMetrics.EFFECTIVE_BATCH_TOKENS)).isEqualTo(10_000);
        assertThat(operator.counter(EncoderMetrics.NUM_BATCHES)).isEqualTo(2);
        assertThat(operator.counter(EncoderMetrics.NUM_TOKENS)).isEqualTo(23);
        assertThat(operator.counter(EncoderMetrics.NUM_FLUSH_FULL)).isEqualTo(1);
        assertThat(operator.counter(EncoderMetrics.NUM_FLUSH_LINGER)).isEqualTo(1);
        assertThat(operator.counter(EncoderMetrics.NUM_FLUSH_END_OF_INPUT)).isZero();
        assertThat(operator.counter(EncoderMetrics.NUM_REJECTED)).isZero();
        assertThat(operator.counter(EncoderMetrics.NUM_BATCH_SPLITS)).isZero();
    }

    private OperatorHarness open(EncodeOptions options) throws Exception {
        OperatorHarness operator = new OperatorHarness(options, () -> encoder);
        opened.add(operator);
        return operator.open();
    }
}
