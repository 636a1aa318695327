package io.millrace.it.bench.micro;

import java.util.ArrayList;
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

    /**
     * Rows with a heading: what was measured, with what, how long it takes, and how sure that is.
     */
    static List<List<String>> rows(Collection<RunResult> results) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("step", "with", "takes", "± (99.9 %)", "unit"));
        for (RunResult result : results) {
            Result<?> score = result.getPrimaryResult();
            rows.add(
                    List.of(
                            score.getLabel(),
                            parameters(result.getParams()),
                            number(score.getScore()),
                            number(score.getScoreError()),
                            score.getScoreUnit()));
        }
        return rows;
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
