package io.millrace.cli.preview;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.Origin;
import io.millrace.flink.record.TextRecord;
import io.millrace.model.encode.Precision;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A task must not wait for the preview. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class TapTest {
    private static final float[] VECTOR = {1};

    @Test
    void whatNobodyTakesIsLeftOutAndCounted() {
        try (Tap tap = Tap.open()) {
            long now = System.currentTimeMillis();
            for (int i = 0; i < Tap.WAITING + 10; i++) {
                tap.offer(record("text"), now);
            }

            assertThat(tap.leftOut()).isEqualTo(10);
            assertThat(tap.takeLatencies()).describedAs("of all").hasSize(Tap.WAITING + 10);
            assertThat(tap.takeLatencies()).isEmpty();
        }
    }

    @Test
    void latencyIsFromTheRecordsTimestamp() throws Exception {
        try (Tap tap = Tap.open()) {
            tap.offer(record("late"), System.currentTimeMillis() - 5_000);
            tap.offer(record("of no time"), null);

            double[] latencies = tap.takeLatencies();
            assertThat(latencies).hasSize(1);
            assertThat(latencies[0]).isBetween(5_000.0, 20_000.0);
            assertThat(tap.take().text()).isEqualTo("late");
            assertThat(tap.take().text()).isEqualTo("of no time");
        }
    }

    @Test
    void longTextIsShownByItsBeginningAndNeverByHalfACharacter() {
        String wheel = "\uD83C\uDFA1";

        String shown = Sample.of(record("a" + wheel.repeat(1_000_000)), VECTOR).text();

        assertThat(shown).isEqualTo("a" + wheel.repeat(199) + "…");
        assertThat(Sample.of(record("b".repeat(400)), VECTOR).text()).hasSize(400);
    }

    @Test
    void recordOfTokenIdsIsNamedByWhereItWasRead() {
        assertThat(Sample.of(record(null), VECTOR).text()).isEqualTo("token ids at texts-1@42");
    }

    @Test
    void closedTapIsNotFound() {
        Tap tap = Tap.open();
        assertThat(Tap.find(tap.id())).isSameAs(tap);

        tap.close();

        assertThat(Tap.find(tap.id())).isNull();
    }

    private static EmbeddingRecord record(@Nullable String text) {
        return new EmbeddingRecord(
                new TextRecord(
                        null,
                        text,
                        text == null ? new int[] {1} : null,
                        null,
                        List.of(),
                        new Origin("texts", 1, 42)),
                VECTOR,
                3,
                false,
                "model",
                "revision",
                Precision.F32);
    }
}
