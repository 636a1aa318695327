package io.millrace.it.bench.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ScalesTest {
    private static final double LITTLE = 1e-6;

    @Test
    void everyNineIsAsWideAsEveryOther() {
        NinesScale scale = new NinesScale(0.999, 100, 400);

        assertThat(scale.at(0)).isEqualTo(100);
        assertThat(scale.at(0.9)).isCloseTo(200, within(LITTLE));
        assertThat(scale.at(0.99)).isCloseTo(300, within(LITTLE));
        assertThat(scale.at(0.999)).isCloseTo(400, within(LITTLE));
        assertThat(scale.at(0.5)).isCloseTo(100 + 100 * Math.log10(2), within(LITTLE));
    }

    @Test
    void percentilesInSightAreLabelled() {
        assertThat(new NinesScale(0.9995, 0, 1).ticks())
                .usingElementComparator((a, b) -> Math.abs(a - b) < LITTLE ? 0 : 1)
                .isEqualTo(List.of(0.0, 0.5, 0.9, 0.99, 0.999));
        assertThat(new NinesScale(0.3, 0, 1).ticks()).containsExactly(0.0);
        assertThatThrownBy(() -> new NinesScale(1, 0, 1))
                .hasMessage("last: expected more than 0 and less than 1, found 1.0");
    }

    @Test
    void everyPowerOfTenIsAsHighAsEveryOther() {
        LogScale scale = new LogScale(1, 1000, 300, 0);

        assertThat(scale.at(1)).isEqualTo(300);
        assertThat(scale.at(10)).isCloseTo(200, within(LITTLE));
        assertThat(scale.at(1000)).isCloseTo(0, within(LITTLE));
    }

    @Test
    void aScaleEndsAtTheNearestRoundNumbers() {
        assertThat(LogScale.around(13, 430, 0, 1).ticks())
                .usingElementComparator((a, b) -> Math.abs(a / b - 1) < LITTLE ? 0 : 1)
                .isEqualTo(List.of(10.0, 20.0, 50.0, 100.0, 200.0, 500.0));
        assertThat(LogScale.around(0.2, 5, 0, 1))
                .satisfies(scale -> assertThat(scale.min()).isCloseTo(0.2, within(LITTLE)))
                .satisfies(scale -> assertThat(scale.max()).isCloseTo(5, within(LITTLE)));
        assertThat(LogScale.around(20, 20, 0, 1))
                .as("one value only")
                .satisfies(scale -> assertThat(scale.min()).isEqualTo(20))
                .satisfies(scale -> assertThat(scale.max()).isEqualTo(50));
    }

    @Test
    void labelsThatFitStayWhereTheyWouldLikeToBe() {
        assertThat(Labels.spread(List.of(50.0, 10.0), 30, 0, 100)).containsExactly(50.0, 10.0);
    }

    @Test
    void labelsThatDoNotFitShareTheMoveAndKeepTheirOrder() {
        assertThat(Labels.spread(List.of(50.0, 40.0), 30, 0, 100)).containsExactly(60.0, 30.0);
        assertThat(Labels.spread(List.of(2.0, 1.0, 3.0), 10, 0, 100))
                .as("not below the lowest place")
                .containsExactly(10.0, 0.0, 20.0);
        assertThat(Labels.spread(List.of(99.0, 99.5, 70.0), 20, 0, 100))
                .as("not above the highest place, and what is pushed pushes")
                .containsExactly(80.0, 100.0, 60.0);
    }
}
