package io.millrace.it.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MarkdownTest {
    @Test
    void columnsAreAsWideAsTheirWidestCell() {
        Markdown table = new Markdown("engine", "n", "rate");
        table.row(List.of("a", "1,000"));

        assertThat(table)
                .hasToString(
                        """
                        | engine |     n | rate |
                        | ------ | ----: | ---: |
                        | a      | 1,000 |      |
                        """);
    }
}
