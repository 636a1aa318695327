package io.millrace.it.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    @Test
    void medianOfAnOddAndOfAnEvenCount() {
        assertThat(Statistics.of(List.of(9.0, 1.0, 2.0))).isEqualTo(new Statistics(2, 1, 9));
        assertThat(Statistics.of(List.of(4.0, 1.0, 3.0, 2.0))).isEqualTo(new Statistics(2.5, 1, 4));
    }

    @Test
    void spreadIsAShareOfTheMedian() {
        assertThat(new Statistics(2, 1, 4).spread()).isCloseTo(1.5, within(1e-12));
    }

    @Test
    void ratiosAreTakenRoundByRound() {
        // The second round was slow for both: medians of each alone would say 1.5.
        assertThat(Statistics.ofRatios(List.of(10.0, 2.0, 6.0), List.of(5.0, 1.0, 4.0)))
                .isEqualTo(new Statistics(2, 1.5, 2));
    }

    @Test
    void roundsThatOneDidNotFinishDoNotCount() {
        assertThat(Statistics.ofRatios(List.of(4.0, 9.0), List.of(2.0)))
                .isEqualTo(new Statistics(2, 2, 2));
    }

    @Test
    void nothingHasNoMedian() {
        assertThatThrownBy(() -> Statistics.of(List.of()))
                .hasMessage("expected at least one value, found none");
    }
}
