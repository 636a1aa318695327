package io.millrace.it.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The whole measurement, short: that it ends, loses nothing and leaves its files. Not how fast. */
@Timeout(180)
class LatencyIT {
    private static final Path MODEL =
            Path.of("..", "model", "target", "test-classes", "golden", "bert-mean");

    @TempDir private Path directory;

    @Test
    void everyTextComesBackOnceAndTheResultsAreWritten() throws Exception {
        Path texts = directory.resolve("texts.txt");
        Files.write(texts, List.of("The river turns the wheel.", "a b c", "The wheel turns."));
        Path output = directory.resolve("output");

        StringWriter messages = new StringWriter();
        int status =
                new CommandLine(new LatencyCommand())
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setOut(new PrintWriter(messages))
                        .setErr(new PrintWriter(messages))
                        .execute(
                                "--model=" + MODEL,
                                "--texts=" + texts,
                                "--loads=20",
                                "--seconds=1",
                                "--warm-up=0",
                                "--job-option=linger=1ms",
                                "--output=" + output);

        assertThat(status).as(messages.toString()).isZero();
        JsonNode load =
                new ObjectMapper()
                        .readTree(output.resolve("latency.json").toFile())
                        .get("loads")
                        .get(0);
        assertThat(load.get("texts").intValue()).isPositive();
        assertThat(load.get("lost").intValue()).isZero();
        assertThat(load.get("doubled").intValue()).isZero();
        assertThat(load.get("rejected").intValue()).isZero();
        assertThat(output.resolve("latency.md")).isNotEmptyFile();
        assertThat(output.resolve("latency.svg")).isNotEmptyFile();
    }
}
