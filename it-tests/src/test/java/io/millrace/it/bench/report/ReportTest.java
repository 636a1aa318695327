package io.millrace.it.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.bench.engine.Answer;
import io.millrace.it.bench.measure.Cosines;
import io.millrace.it.bench.measure.TextLengths;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final HostDescription MACHINE =
            new HostDescription("a processor", 2, List.of("avx2"), 1_000_000_000, "Linux");

    @Test
    void ratesRatiosAndUtilisationAreRoundByRound() {
        String text =
                report(
                                engine("peak-f32", products(1, 100e9), products(2, 100e9)),
                                engine("millrace-f32", pass(1), pass(2)),
                                engine("onnxruntime-f32", pass(2), pass(4)))
                        .markdown();

        // 50 G operations in 1 s of 100 G/s, and in 2 s of 50 G/s: half of the peak in both.
        assertThat(cells(text, "millrace-f32"))
                .startsWith("millrace-f32", "1,500", "67 %", "15", "1.00", "50 %", "38");
        assertThat(cells(text, "onnxruntime-f32"))
                .startsWith("onnxruntime-f32", "750", "67 %", "8", "0.50", "25 %", "19");
        assertThat(cells(text, "millrace-f32 / onnxruntime-f32"))
                .containsExactly("millrace-f32 / onnxruntime-f32", "2.00", "2.00", "2.00");
        assertThat(cells(text, "peak-f32")).contains("75");
    }

    @Test
    void throughKafkaIsComparedWithBare() {
        String text =
                report(engine("millrace-bf16", pass(1)), engine("kafka-bf16", pass(2))).markdown();

        assertThat(cells(text, "kafka-bf16 / millrace-bf16")).contains("0.50");
    }

    @Test
    void engineThatDidNotRunIsListedWithItsReason() {
        EngineResult missing =
                new EngineResult(
                        "djl-pytorch-f32", false, "no Python", null, null, List.of(), null, null);

        String text = report(engine("millrace-f32", pass(1)), missing).markdown();

        assertThat(text).contains("- djl-pytorch-f32 not run: no Python\n");
        assertThat(text).doesNotContain("| djl-pytorch-f32");
    }

    @Test
    void cosineIsNeverRoundedUp() {
        EngineResult near =
                new EngineResult(
                        "millrace-bf16",
                        true,
                        null,
                        null,
                        null,
                        List.of(pass(1)),
                        5_000_000L,
                        new Cosines(0.999_999, 1, 10));

        assertThat(cells(report(near).markdown(), "millrace-bf16")).endsWith("0.99999");
    }

    @Test
    void whatWasMeasuredIsSaid() {
        assertThat(report(engine("millrace-f32", pass(1))).markdown())
                .contains(
                        "a processor; 2 cores; avx2; 1 GB",
                        "some.txt; 15 texts, 1,500 tokens; tokens a text: mean 100.0, p50 90, p95 200",
                        "`millrace bench --model m`",
                        "Millrace 1");
    }

    /** What stands in the first table's row of this name, or another's. */
    private static List<String> cells(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith("|"))
                .map(line -> line.substring(1, line.length() - 1).split("\\|", -1))
                .map(cells -> List.of(cells).stream().map(String::strip).toList())
                .filter(cells -> cells.get(0).equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Report report(EngineResult... engines) {
        return new Report(
                "millrace bench --model m",
                "2026-01-01T00:00:00Z",
                MACHINE,
                List.of("Millrace 1"),
                "m",
                90_000_000,
                "some.txt",
                new TextLengths(15, 1500, 90, 200),
                50e9,
                "millrace-f32",
                List.of(engines));
    }

    private static EngineResult engine(String name, Answer.Measured... passes) {
        return new EngineResult(name, true, null, null, null, List.of(passes), null, null);
    }

    private static Answer.Measured pass(double seconds) {
        return new Answer.Measured(seconds, 20, 2000, 0);
    }

    private static Answer.Measured products(double seconds, double operations) {
        return new Answer.Measured(seconds, 0, 0, operations);
    }
}
