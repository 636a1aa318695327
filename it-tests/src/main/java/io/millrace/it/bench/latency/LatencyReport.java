package io.millrace.it.bench.latency;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.it.bench.plot.PercentilePlot;
import io.millrace.it.bench.plot.PercentilePlot.Line;
import io.millrace.it.bench.plot.PercentilePlot.Point;
import io.millrace.it.bench.report.Markdown;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;

/**
 * The results as files: {@code latency.json} with all figures, {@code latency.md} to read, {@code
 * latency.svg} to see.
 *
 * @param what model and precision
 * @param setting how it was measured
 * @param loads in the order in which they were measured
 */
record LatencyReport(String what, Setting setting, List<LoadResult> loads) {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
    private static final List<Double> PERCENTILES = List.of(50.0, 90.0, 99.0, 99.9);
    private static final List<Double> MARKED = List.of(0.5, 0.99, 0.999);
    private static final double POINTS_PER_NINE = 40;
    private static final double MICROS_PER_MILLI = 1e3;

    /**
     * How it was measured.
     *
     * @param capacity texts per second at most
     * @param seconds that count, of the capacity and of each load
     * @param warmUpSeconds before those
     * @param guarantee the job's, see the option delivery
     * @param machine in a line
     * @param command as it was typed
     */
    record Setting(
            double capacity,
            int seconds,
            int warmUpSeconds,
            Arrivals arrivals,
            String guarantee,
            String machine,
            String command) {}

    LatencyReport {
        loads = List.copyOf(loads);
    }

    /** Writes the files; what was there is replaced. */
    void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("latency.json"), json() + "\n");
        Files.writeString(directory.resolve("latency.md"), markdown());
        if (loads.stream().anyMatch(LatencyReport::hasLatencies)) {
            Files.writeString(directory.resolve("latency.svg"), plot().svg());
        }
    }

    /** One row a load, in Markdown. */
    String table() {
        Markdown table =
                new Markdown(
                        "load",
                        "texts/s",
                        "texts",
                        "p50 ms",
                        "p90 ms",
                        "p99 ms",
                        "p99.9 ms",
                        "max ms",
                        "held");
        for (LoadResult load : loads) {
            List<String> row = new ArrayList<>();
            row.add(percent(load.percent()) + " %");
            row.add(rate(load.textsPerSecond()));
            row.add(String.format(Locale.ROOT, "%,d", load.texts()));
            for (double percentile : PERCENTILES) {
                row.add(millis(load, load.millis(percentile)));
            }
            row.add(millis(load, load.maxMillis()));
            row.add(load.isHeld() ? "yes" : "no: " + String.join(", ", load.trouble()));
            table.row(row);
        }
        return table.toString();
    }

    /** Texts that did not come back once, a line for each load that has such. */
    List<String> faults() {
        return loads.stream()
                .filter(load -> !load.isWhole())
                .map(
                        load ->
                                "%s %% load: %,d texts lost, %,d vectors too many, %,d texts among the dead letters"
                                        .formatted(
                                                percent(load.percent()),
                                                load.lost(),
                                                load.doubled(),
                                                load.rejected()))
                .toList();
    }

    String markdown() {
        String faults =
                faults().stream()
                        .map(fault -> "**Wrong: %s.**%n%n".formatted(fault))
                        .collect(Collectors.joining());
        return """
# Latency, Kafka to Kafka

%s, %s. From when a text was meant to be sent until a consumer had its vector.

![Latency by percentile](latency.svg)

%s
%s- Capacity: %s texts/s, measured over %d s with always more texts waiting. A load is a share of it.
- %s arrivals at that rate for %d s each, after %d s of warm-up that do not count. Nothing delays a text's
  intended time: when sending is late, that is part of the latency.
- Held: sending kept up and the backlog did not grow. Where a load was not held, its latencies are only
  those of that time; they would grow for ever.
- `texts` says how much a percentile is worth: p99.9 of 10,000 texts leaves ten out.
- Every text came back %s.
- %s

```
%s
```
"""
                .formatted(
                        what,
                        setting.guarantee(),
                        table(),
                        faults,
                        rate(setting.capacity()),
                        setting.seconds(),
                        capitalized(setting.arrivals().toString()),
                        setting.seconds(),
                        setting.warmUpSeconds(),
                        faults.isEmpty() ? "once" : "once, but for those above",
                        setting.machine(),
                        setting.command());
    }

    PercentilePlot plot() {
        return new PercentilePlot(
                "Latency of a text, Kafka to Kafka",
                "%s, %s; capacity %s texts/s; %s arrivals, %d s each"
                        .formatted(
                                what,
                                setting.guarantee(),
                                rate(setting.capacity()),
                                setting.arrivals(),
                                setting.seconds()),
                List.of(
                        setting.machine() + "; broker, Flink, producer and consumer in one process",
                        setting.command()),
                loads.stream()
                        .filter(LatencyReport::hasLatencies)
                        .map(LatencyReport::line)
                        .toList());
    }

    private static boolean hasLatencies(LoadResult load) {
        return load.latency().getTotalCount() > 0;
    }

    private static Line line(LoadResult load) {
        return new Line(
                percent(load.percent()) + " % load",
                List.of(
                        rate(load.textsPerSecond())
                                + " texts/s"
                                + (load.isHeld() ? "" : ", not held"),
                        "p50 %s · p99 %s ms"
                                .formatted(
                                        PercentilePlot.rounded(load.millis(50)),
                                        PercentilePlot.rounded(load.millis(99))),
                        "p99.9 %s · max %s ms"
                                .formatted(
                                        PercentilePlot.rounded(load.millis(99.9)),
                                        PercentilePlot.rounded(load.maxMillis()))),
                !load.isHeld(),
                points(load.latency()),
                MARKED.stream()
                        .filter(fraction -> (1 - fraction) * load.latency().getTotalCount() >= 1)
                        .map(fraction -> point(load.latency(), fraction))
                        .toList());
    }

    /** As many points as a line can show; the slowest text stands for the last half of one. */
    static List<Point> points(Histogram latency) {
        double texts = latency.getTotalCount();
        List<Point> points = new ArrayList<>();
        for (int i = 0; i / POINTS_PER_NINE <= Math.log10(texts); i++) {
            points.add(point(latency, 1 - Math.pow(10, -i / POINTS_PER_NINE)));
        }
        points.add(new Point(1 - 1 / (2 * texts), positive(latency.getMaxValue())));
        return points;
    }

    private static Point point(Histogram latency, double fraction) {
        return new Point(fraction, positive(latency.getValueAtPercentile(100 * fraction)));
    }

    /** On a logarithmic axis there is no zero. */
    private static double positive(long micros) {
        return Math.max(1, micros) / MICROS_PER_MILLI;
    }

    private String json() throws IOException {
        return JSON.writeValueAsString(
                new Results(
                        what,
                        setting.command(),
                        setting.machine(),
                        setting.guarantee(),
                        setting.arrivals().toString(),
                        setting.warmUpSeconds(),
                        setting.seconds(),
                        setting.capacity(),
                        loads.stream().map(Load::of).toList()));
    }

    /** What {@code latency.json} holds, in the order of its fields. */
    private record Results(
            String what,
            String command,
            String machine,
            String delivery,
            String arrivals,
            int warmUpSeconds,
            int seconds,
            double capacityTextsPerSecond,
            List<Load> loads) {}

    private record Load(
            double percentOfCapacity,
            double textsPerSecond,
            double seconds,
            int texts,
            Millis latencyMillis,
            boolean held,
            List<String> trouble,
            double sendLagMillisMax,
            double meanBacklogFirstThird,
            double meanBacklogLastThird,
            int lost,
            int doubled,
            int rejected,
            List<List<Double>> distribution) {
        static Load of(LoadResult load) {
            return new Load(
                    load.percent(),
                    load.textsPerSecond(),
                    load.seconds(),
                    load.texts(),
                    new Millis(
                            load.millis(50),
                            load.millis(90),
                            load.millis(99),
                            load.millis(99.9),
                            load.maxMillis(),
                            load.meanMillis()),
                    load.isHeld(),
                    load.trouble(),
                    load.lagMillisMax(),
                    load.backlogBegin(),
                    load.backlogEnd(),
                    load.lost(),
                    load.doubled(),
                    load.rejected(),
                    hasLatencies(load)
                            ? points(load.latency()).stream()
                                    .map(point -> List.of(point.fraction(), point.millis()))
                                    .toList()
                            : List.of());
        }
    }

    private record Millis(
            double p50,
            double p90,
            double p99,
            @JsonProperty("p99.9") double p999,
            double max,
            double mean) {}

    private static String millis(LoadResult load, double millis) {
        return hasLatencies(load) ? PercentilePlot.rounded(millis) : "none";
    }

    private static String rate(double perSecond) {
        return String.format(Locale.ROOT, perSecond < 1000 ? "%,.1f" : "%,.0f", perSecond);
    }

    static String percent(double percent) {
        return BigDecimal.valueOf(percent).stripTrailingZeros().toPlainString();
    }

    private static String capitalized(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }
}
