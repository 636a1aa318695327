package io.millrace.it.bench.latency;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A table that reads well as plain text too: numbers to the right, columns as wide as they must be.
 */
public final class MarkdownTable {
    private MarkdownTable() {}

    /**
     * A table, its lines ended.
     *
     * @param rows the first are the headings; all of one length
     */
    public static String of(List<List<String>> rows) {
        int[] widths =
                IntStream.range(0, rows.get(0).size())
                        .map(
                                column ->
                                        rows.stream()
                                                .mapToInt(row -> row.get(column).length())
                                                .max()
                                                .orElseThrow())
                        .toArray();
        StringBuilder table = new StringBuilder(line(rows.get(0), widths));
        table.append(
                line(
                        IntStream.of(widths)
                                .mapToObj(width -> "-".repeat(width - 1) + ":")
                                .toList(),
                        widths));
        rows.stream().skip(1).forEach(row -> table.append(line(row, widths)));
        return table.toString();
    }

    private static String line(List<String> cells, int[] widths) {
        return IntStream.range(0, widths.length)
                .mapToObj(
                        column ->
                                " ".repeat(widths[column] - cells.get(column).length())
                                        + cells.get(column))
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
