package io.millrace.it.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @Test
    void constantArrivalsAreEquallyFarApart() {
        Schedule schedule = Schedule.of(Arrivals.CONSTANT, 4, Duration.ofSeconds(1), 1);

        assertThat(nanos(schedule)).containsExactly(0, 250_000_000, 500_000_000, 750_000_000);
        assertThat(schedule.end()).isEqualTo(1_000_000_000);
    }

    @Test
    void roundingDoesNotAddUp() {
        Schedule schedule = Schedule.of(Arrivals.CONSTANT, 3000, Duration.ofSeconds(1000), 1);

        assertThat(schedule.texts()).isEqualTo(3_000_000);
        assertThat(schedule.nanos(1)).isEqualTo(333_333);
        assertThat(schedule.nanos(2_999_997)).isEqualTo(999_999_000_000L);
    }

    @Test
    void poissonArrivalsHaveTheirRateAndAreSpreadAsIndependentOnesAre() {
        Schedule schedule = Schedule.of(Arrivals.POISSON, 1000, MINUTE, 1);

        assertThat(schedule.texts()).isCloseTo(60_000, within(1000));
        assertThat(nanos(schedule)).isSorted();
        assertThat(schedule.nanos(schedule.texts() - 1)).isLessThan(MINUTE.toNanos());
        // Of exponentially distributed pauses, one in e is longer than their mean.
        long longer =
                IntStream.range(1, schedule.texts())
                        .filter(i -> schedule.nanos(i) - schedule.nanos(i - 1) > 1_000_000)
                        .count();
        assertThat((double) longer / schedule.texts()).isCloseTo(1 / Math.E, within(0.01));
    }

    @Test
    void aSeedDecidesThePoissonArrivals() {
        long[] first = nanos(Schedule.of(Arrivals.POISSON, 100, MINUTE, 1));

        assertThat(nanos(Schedule.of(Arrivals.POISSON, 100, MINUTE, 1))).isEqualTo(first);
        assertThat(nanos(Schedule.of(Arrivals.POISSON, 100, MINUTE, 2))).isNotEqualTo(first);
    }

    @Test
    void theFirstTextFromATimeIsFound() {
        Schedule schedule = Schedule.of(Arrivals.CONSTANT, 4, Duration.ofSeconds(1), 1);

        assertThat(schedule.firstFrom(0)).isZero();
        assertThat(schedule.firstFrom(250_000_000)).isEqualTo(1);
        assertThat(schedule.firstFrom(250_000_001)).isEqualTo(2);
        assertThat(schedule.firstFrom(1_000_000_000)).isEqualTo(4);
    }

    @Test
    void thereIsAtLeastOneTextWhateverTheRate() {
        assertThat(Schedule.of(Arrivals.CONSTANT, 0.01, Duration.ofSeconds(1), 1).texts())
                .isEqualTo(1);
        assertThat(Schedule.of(Arrivals.POISSON, 0.01, Duration.ofSeconds(1), 1).texts())
                .isEqualTo(1);
        assertThatThrownBy(() -> Schedule.of(Arrivals.CONSTANT, 0, MINUTE, 1))
                .hasMessage(
                        "expected texts per second and a length of more than 0, found 0.0 and"
                                + " PT1M");
    }

    private static long[] nanos(Schedule schedule) {
        return LongStream.range(0, schedule.texts()).map(i -> schedule.nanos((int) i)).toArray();
    }
}
