package io.millrace.it.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.cli.shell.UnusableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That every benchmark runs, in this process and hardly at all. Not how fast. */
class MicroTest {
    private static final Path MODEL =
            Path.of("..", "model", "target", "test-classes", "golden", "bert-mean");
    private static final Effort HARDLY = new Effort(0, 0, 1, Duration.ofMillis(1));

    @TempDir private Path output;

    @Test
    void everyBenchmarkRunsWithAllItsParameters() throws Exception {
        List<List<String>> rows;
        try (SampleTexts texts = SampleTexts.of(null)) {
            rows = MicroTable.rows(MicroRun.run("", HARDLY, MODEL, texts.file(), output));
        }

        assertThat(rows)
                .extracting(row -> row.get(0) + " " + row.get(1))
                .containsExactlyInAnyOrder(
                        "batch ",
                        "emit dimension 384, format JSON",
                        "emit dimension 384, format FLOAT32",
                        "emit dimension 768, format JSON",
                        "emit dimension 768, format FLOAT32",
                        "pad paddedLength 32",
                        "pad paddedLength 512",
                        "tokenize tokens 8",
                        "tokenize tokens 32",
                        "tokenize tokens 128",
                        "tokenize tokens 512");
        assertThat(rows).allSatisfy(row -> assertThat(row).hasSize(5));
        assertThat(rows.get(0).get(3)).as("the error of a single iteration").isEqualTo("unknown");
        assertThat(new ObjectMapper().readTree(output.resolve("micro.json").toFile())).hasSize(11);
        assertThat(output.resolve("micro.log")).isNotEmptyFile();
    }

    @Test
    void aPatternThatMatchesNothingIsRefused() {
        assertThatThrownBy(() -> MicroRun.run("Nothing", HARDLY, MODEL, MODEL, output))
                .isInstanceOf(UnusableException.class)
                .hasMessage(
                        "expected a part of a benchmark's name, such as Tokenize, Batch, Pad or"
                                + " Emit, found Nothing");
        assertThatThrownBy(() -> MicroRun.run("(", HARDLY, MODEL, MODEL, output))
                .isInstanceOf(UnusableException.class);
    }
}
