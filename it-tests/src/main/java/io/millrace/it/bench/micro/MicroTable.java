package io.millrace.it.bench.micro;

import io.millrace.it.bench.report.Markdown;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** Results for people. */
final class MicroTable {
    /** The same for all, and long. */
    private static final Set<String> NOT_SHOWN = Set.of("model", "texts");

    private MicroTable() {}

    static Markdown of(Collection<RunResult> results) {
        Markdown table = new Markdown("step", "with", "takes", "± (99.9 %)", "unit");
        rows(results).forEach(table::row);
        return table;
    }

    /** What was measured, with what, how long it takes, how sure that is, and in which unit. */
    static List<List<String>> rows(Collection<RunResult> results) {
        return results.stream()
                .map(
                        result -> {
                            Result<?> score = result.getPrimaryResult();
                            return List.of(
                                    score.getLabel(),
                                    parameters(result.getParams()),
                                    number(score.getScore()),
                                    number(score.getScoreError()),
                                    score.getScoreUnit());
                        })
                .toList();
    }

    private static String parameters(BenchmarkParams params) {
        return params.getParamsKeys().stream()
                .filter(key -> !NOT_SHOWN.contains(key))
                .map(key -> key + " " + params.getParam(key))
                .collect(Collectors.joining(", "));
    }

    /** With too few iterations there is no error to tell. */
    private static String number(double value) {
        return Double.isNaN(value) ? "unknown" : String.format(Locale.ROOT, "%,.2f", value);
    }
}
