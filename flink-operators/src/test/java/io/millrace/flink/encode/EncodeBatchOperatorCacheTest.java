package io.millrace.flink.encode;

import static io.millrace.flink.testing.TestRecords.caching;
import static io.millrace.flink.testing.TestRecords.options;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.testing.ControlledEncoder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a remembered vector does to the way of a record. */
@Timeout(60)
class EncodeBatchOperatorCacheTest {
    private static final EncodeOptions EACH_ALONE = options(64, 1, Duration.ofHours(1));

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
    void aRepeatedTextIsNotEncodedAgain() throws Exception {
        OperatorHarness operator = open(caching(10, EACH_ALONE));
        operator.feed(1, 5);
        operator.runUntilInFlight(0);
        operator.feed(1, 5);
        operator.feed(1, 6);
        operator.runUntilInFlight(0);

        assertThat(encoder.calls()).as("the second is remembered").hasSize(2);
        List<EmbeddingRecord> left = operator.flink.extractOutputValues();
        assertThat(left).hasSize(3);
        assertThat(left.get(1).embedding()).isEqualTo(left.get(0).embedding());
        assertThat(left.get(1).tokens()).isEqualTo(5);
        assertThat(left.get(2).embedding()).isNotEqualTo(left.get(0).embedding());
        assertThat(operator.counter(EncoderMetrics.NUM_CACHE_HITS)).isEqualTo(1);
        assertThat(operator.counter(EncoderMetrics.NUM_CACHE_MISSES)).isEqualTo(2);
    }

    @Test
    void aRememberedVectorKeepsItsPlace() throws Exception {
        OperatorHarness operator = open(caching(10, EACH_ALONE));
        operator.feed(1, 5);
        operator.runUntilInFlight(0);
        encoder.hold();
        operator.feed(2, 5);
        operator.feed(1, 5);
        operator.runMails();
        assertThat(operator.embedded()).as("waits for the one before it").containsExactly(1);
        encoder.releaseAll();
        operator.runUntilInFlight(0);
        assertThat(operator.embedded()).containsExactly(1, 2, 1);
    }

    @Test
    void theOneThatCameLongestAgoIsForgotten() throws Exception {
        OperatorHarness operator = open(caching(2, EACH_ALONE));
        for (int id : List.of(1, 2, 1, 3, 1, 2)) {
            operator.feed(id, 5);
            operator.runUntilInFlight(0);
        }
        assertThat(encoder.calls()).containsExactly(List.of(1), List.of(2), List.of(3), List.of(2));
    }

    @Test
    void nothingIsRememberedByDefault() throws Exception {
        OperatorHarness operator = open(EACH_ALONE);
        operator.feed(1, 5);
        operator.runUntilInFlight(0);
        operator.feed(1, 5);
        operator.runUntilInFlight(0);
        assertThat(encoder.calls()).hasSize(2);
        assertThat(operator.counter(EncoderMetrics.NUM_CACHE_MISSES)).isZero();
    }

    private OperatorHarness open(EncodeOptions options) throws Exception {
        OperatorHarness harness = new OperatorHarness(options, () -> encoder).open();
        opened.add(harness);
        return harness;
    }
}
