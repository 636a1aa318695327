package io.millrace.it.bench.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A table that reads well as it is, and as Markdown. The first column is text, the others numbers.
 */
public final class Markdown {
    private final List<List<String>> rows = new ArrayList<>();

    public Markdown(String... titles) {
        rows.add(List.of(titles));
    }

    /** Adds a row; cells that are missing at its end are empty. */
    public void row(List<String> cells) {
        List<String> row = new ArrayList<>(cells);
        row.addAll(Collections.nCopies(rows.get(0).size() - cells.size(), ""));
        rows.add(List.copyOf(row));
    }

    @Override
    public String toString() {
        int[] widths =
                IntStream.range(0, rows.get(0).size())
                        .map(
                                column ->
                                        rows.stream()
                                                .mapToInt(row -> row.get(column).length())
                                                .max()
                                                .orElse(0))
                        .map(width -> Math.max(3, width))
                        .toArray();
        StringBuilder table = new StringBuilder();
        table.append(line(rows.get(0), widths));
        table.append(
                IntStream.range(0, widths.length)
                        .mapToObj(
                                column ->
                                        column == 0
                                                ? "-".repeat(widths[column])
                                                : "-".repeat(widths[column] - 1) + ":")
                        .collect(Collectors.joining(" | ", "| ", " |\n")));
        rows.stream().skip(1).forEach(row -> table.append(line(row, widths)));
        return table.toString();
    }

    private static String line(List<String> cells, int[] widths) {
        return IntStream.range(0, widths.length)
                .mapToObj(column -> pad(cells.get(column), widths[column], column == 0))
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }

    private static String pad(String cell, int width, boolean left) {
        String blanks = " ".repeat(width - cell.length());
        return left ? cell + blanks : blanks + cell;
    }
}
