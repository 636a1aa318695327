package io.millrace.it.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.it.bench.plot.PercentilePlot.Point;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LatencyReportTest {
    private static final LatencyReport.Setting SETTING =
            new LatencyReport.Setting(
                    200,
                    60,
                    10,
                    Arrivals.POISSON,
                    "at least once",
                    "a machine",
                    "millrace bench latency --loads 50,95");

    @Test
    void theTableSaysForEachLoadWhatItsTextsTook() {
        LatencyReport report = report(load(50, 6000, List.of(), 0), load(97.5, 0, List.of(), 3));

        assertThat(report.table())
                .isEqualTo(
                        """
| load   | texts/s | texts | p50 ms | p90 ms | p99 ms | p99.9 ms | max ms | held |
| ------ | ------: | ----: | -----: | -----: | -----: | -------: | -----: | ---: |
| 50 %   |   100.0 | 6,000 |      3 |    5.4 |   5.94 |        6 |      6 |  yes |
| 97.5 % |   195.0 |     0 |   none |   none |   none |     none |   none |  yes |
""");
    }

    @Test
    void troubleAndFaultsAreSaid() {
        LatencyReport report =
                report(load(50, 10, List.of(), 0), load(95, 10, List.of("the backlog grew"), 3));

        assertThat(report.table()).contains("no: the backlog grew");
        assertThat(report.faults())
                .containsExactly(
                        "95 % load: 3 texts lost, 0 vectors too many, 0 texts among the dead"
                                + " letters");
        assertThat(report.markdown()).contains("**Wrong: 95 % load: 3 texts lost");
        assertThat(report(load(50, 10, List.of(), 0)).markdown())
                .doesNotContain("Wrong")
                .contains("Every text came back once.\n");
    }

    @Test
    void theFilesHoldTheSameFigures(@TempDir Path directory) throws Exception {
        report(load(50, 6000, List.of(), 0), load(95, 6000, List.of("sending fell behind"), 0))
                .write(directory);

        JsonNode json = new ObjectMapper().readTree(directory.resolve("latency.json").toFile());
        assertThat(json.get("capacityTextsPerSecond").doubleValue()).isEqualTo(200);
        assertThat(json.get("loads")).hasSize(2);
        JsonNode load = json.get("loads").get(1);
        assertThat(load.get("latencyMillis").get("p99.9").doubleValue())
                .isCloseTo(5.994, within(0.01));
        assertThat(load.get("trouble").get(0).textValue()).isEqualTo("sending fell behind");
        assertThat(Files.readString(directory.resolve("latency.md"))).contains("| 50 % |", "200.0");
        assertThat(Files.readString(directory.resolve("latency.svg")))
                .contains("50 % load", "190.0 texts/s, not held", "p50 3 · p99 5.94 ms");
    }

    @Test
    void aLineEndsAtTheSlowestText() {
        Histogram latency = new Histogram(3);
        for (int text = 1; text <= 100; text++) {
            latency.recordValue(1000L * text);
        }

        List<Point> points = LatencyReport.points(latency);

        assertThat(points.get(0)).isEqualTo(new Point(0, 1.0));
        assertThat(points).hasSize(82);
        assertThat(points.get(40).fraction()).isCloseTo(0.9, within(1e-9));
        assertThat(points.get(40).millis()).isCloseTo(90, within(0.1));
        assertThat(points.get(81).fraction()).isEqualTo(0.995);
        assertThat(points.get(81).millis()).isCloseTo(100, within(0.1));
    }

    private static LatencyReport report(LoadResult... loads) {
        return new LatencyReport("all-MiniLM-L6-v2, f32", SETTING, List.of(loads));
    }

    /** So many texts, which took a microsecond, two, and so on. */
    private static LoadResult load(double percent, int texts, List<String> trouble, int lost) {
        Histogram latency = new Histogram(3);
        for (int text = 1; text <= texts; text++) {
            latency.recordValue(text);
        }
        return new LoadResult(
                percent, 2 * percent, 60, texts, latency, 1.5, 10, 11, trouble, lost, 0, 0);
    }
}
