package io.millrace.cli.preview;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.cli.local.JobCounts;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MetersTest {
    private static final long SECOND = 1_000_000_000;

    private final JobCounts counts = new JobCounts();
    private final Meters meters = new Meters(0);
    private long now;

    @Test
    void percentilesAreOverTheLastTenSeconds() {
        read(IntStream.rangeClosed(1, 99).asDoubleStream().toArray());
        assertThat(last()).isEqualTo(new Meters.Latency(50, 95, 99));

        for (int i = 0; i < 9; i++) {
            read();
        }
        assertThat(last()).isEqualTo(new Meters.Latency(50, 95, 99));
        read();
        assertThat(last()).isNull();
    }

    @Test
    void fiveMinutesAreKept() {
        for (int i = 0; i < 400; i++) {
            read();
        }

        assertThat(meters.readings()).hasSize(300);
    }

    private void read(double... latencies) {
        now += SECOND;
        meters.read(counts, latencies, now);
    }

    private Meters.@Nullable Latency last() {
        return meters.readings().get(meters.readings().size() - 1).latency();
    }
}
