package io.millrace.flink.encode;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.flink.metrics.HistogramStatistics;
import org.junit.jupiter.api.Test;

class RecentHistogramTest {
    private final RecentHistogram histogram = new RecentHistogram(4);

    @Test
    void nothingIsAllZero() {
        HistogramStatistics statistics = histogram.getStatistics();
        assertThat(statistics.size()).isZero();
        assertThat(statistics.getMin()).isZero();
        assertThat(statistics.getMax()).isZero();
        assertThat(statistics.getMean()).isZero();
        assertThat(statistics.getStdDev()).isZero();
        assertThat(statistics.getQuantile(0.5)).isZero();
    }

    @Test
    void onlyTheLastValuesCount() {
        for (long value : new long[] {100, 200, 4, 2, 8, 2}) {
            histogram.update(value);
        }
        HistogramStatistics statistics = histogram.getStatistics();
        assertThat(histogram.getCount()).isEqualTo(6);
        assertThat(statistics.getValues()).containsExactly(2, 2, 4, 8);
        assertThat(statistics.getMin()).isEqualTo(2);
        assertThat(statistics.getMax()).isEqualTo(8);
        assertThat(statistics.getMean()).isEqualTo(4);
        assertThat(statistics.getStdDev()).isEqualTo(Math.sqrt(6));
        assertThat(statistics.getQuantile(0)).isEqualTo(2);
        assertThat(statistics.getQuantile(0.5)).isEqualTo(2);
        assertThat(statistics.getQuantile(0.51)).isEqualTo(4);
        assertThat(statistics.getQuantile(1)).isEqualTo(8);
    }
}
