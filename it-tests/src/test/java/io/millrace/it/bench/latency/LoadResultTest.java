package io.millrace.it.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.function.IntToLongFunction;
import org.junit.jupiter.api.Test;

/**
 * Ledgers with known times: 100 texts a second for ten seconds, of which the first two are warm-up.
 */
class LoadResultTest {
    private static final int RATE = 100;
    private static final long MILLI = 1_000_000;
    private static final long WARM_UP = Duration.ofSeconds(2).toNanos();

    private final Schedule schedule =
            Schedule.of(Arrivals.CONSTANT, RATE, Duration.ofSeconds(10), 1);

    @Test
    void percentilesAreOfTheTextsAfterTheWarmUp() {
        // In the warm-up a second each; then 0.1 ms, 0.2 ms and so on up to 80 ms.
        LoadResult result =
                result(text -> 0, text -> text < 200 ? 1000 * MILLI : (text - 199) * MILLI / 10);

        assertThat(result.texts()).isEqualTo(800);
        assertThat(result.seconds()).isEqualTo(8);
        assertThat(result.latency().getTotalCount()).isEqualTo(800);
        assertThat(result.millis(50)).isCloseTo(40, within(0.05));
        assertThat(result.millis(99)).isCloseTo(79.2, within(0.1));
        assertThat(result.maxMillis()).isCloseTo(80, within(0.1));
        assertThat(result.meanMillis()).isCloseTo(40.05, within(0.1));
        assertThat(result.isWhole()).isTrue();
        assertThat(result.isHeld()).isTrue();
    }

    /** Coordinated omission would show one slow text; 100 should have been sent meanwhile. */
    @Test
    void aTextThatIsSentLateIsAsLateAsIfTheJobHadBeenSlow() {
        // From the fifth second on nothing is sent for a second; then all of that at once.
        IntToLongFunction lag = text -> text >= 500 && text < 600 ? (600L - text) * 10 * MILLI : 0;
        LoadResult result = result(lag, text -> lag.applyAsLong(text) + 5 * MILLI);

        assertThat(result.millis(50)).isCloseTo(5, within(0.1));
        assertThat(result.millis(90)).isGreaterThan(100);
        assertThat(result.maxMillis()).isCloseTo(1005, within(1.0));
        assertThat(result.lagMillisMax()).isEqualTo(1000);
        assertThat(result.isHeld()).as("one hiccup").isTrue();
    }

    @Test
    void aSenderThatFallsBehindIsTold() {
        IntToLongFunction lag = text -> text * MILLI;
        LoadResult result = result(lag, text -> lag.applyAsLong(text) + 5 * MILLI);

        assertThat(result.trouble()).containsExactly("sending fell behind", "the backlog grew");
    }

    @Test
    void aBacklogThatGrowsIsTold() {
        // Each text waits 0.5 ms longer than the one before: of 100 a second, 5 pile up.
        LoadResult result = result(text -> 0, text -> text * MILLI / 2);

        assertThat(result.trouble()).containsExactly("the backlog grew");
        assertThat(result.backlogBegin()).isLessThan(result.backlogEnd());
    }

    @Test
    void aLongLatencyThatDoesNotGrowIsHeld() {
        LoadResult result = result(text -> 0, text -> 1500 * MILLI);

        assertThat(result.isHeld()).isTrue();
        // Little's law: 100 a second, for 1.5 seconds each.
        assertThat(result.backlogBegin()).isCloseTo(150, within(1.0));
        assertThat(result.backlogEnd()).isCloseTo(150, within(1.0));
    }

    @Test
    void textsThatAreLostDoubledOrRejectedAreCounted() {
        Ledger ledger = new Ledger(schedule);
        for (int text = 0; text < schedule.texts(); text++) {
            ledger.sent(text, schedule.nanos(text));
            if (text != 300 && text != 301 && text != 302) {
                ledger.received(text, schedule.nanos(text) + MILLI);
            }
        }
        ledger.rejected();
        ledger.received(7, schedule.end());
        ledger.stray();
        assertThat(ledger.isComplete()).isFalse();

        LoadResult result = LoadResult.of(80, RATE, ledger, WARM_UP);

        assertThat(result.lost()).isEqualTo(2);
        assertThat(result.rejected()).isEqualTo(1);
        assertThat(result.doubled()).isEqualTo(2);
        assertThat(result.isWhole()).isFalse();
        assertThat(result.texts()).isEqualTo(800);
        assertThat(result.latency().getTotalCount()).isEqualTo(797);
        assertThat(result.maxMillis()).as("a doubled text's first vector counts").isLessThan(1.1);
    }

    private LoadResult result(IntToLongFunction lag, IntToLongFunction latency) {
        Ledger ledger = new Ledger(schedule);
        for (int text = 0; text < schedule.texts(); text++) {
            long meant = schedule.nanos(text);
            ledger.sent(text, meant + lag.applyAsLong(text));
            ledger.received(text, meant + latency.applyAsLong(text));
        }
        assertThat(ledger.isComplete()).isTrue();
        return LoadResult.of(80, RATE, ledger, WARM_UP);
    }
}
