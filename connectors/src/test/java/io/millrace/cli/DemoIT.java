package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The demo as people run it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class DemoIT {
    @TempDir Path directory;

    @Test
    void everyRecordComesOutAndNothingIsLeftBehind() throws Exception {
        Cli cli = Cli.launch(directory, "", "demo", "--records", "500");

        assertThat(cli.status()).describedAs(cli.err()).isZero();
        List<String> lines = cli.out().lines().toList();
        assertThat(lines.get(lines.size() - 1))
                .isEqualTo("500 records in, 500 embeddings out, 0 rejected");
        assertThat(cli.out())
                .contains(
                        "Model   all-MiniLM-L6-v2: bert with 6 layers, vectors of 384", "records/s")
                .containsPattern("Kafka +starting \\.+ \\d+\\.\\d s, one node at localhost:\\d+")
                .containsPattern(
                        "loading it, first batch \\.+ \\d+\\.\\d s until the first vectors")
                .contains("\n         Pages take forever to load.\n")
                .containsPattern("\n {11}0\\.6\\d {2}The website is painfully slow today\\.\n");
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.map(Path::getFileName).map(Path::toString))
                    .noneMatch(name -> name.startsWith("millrace-"))
                    .noneMatch(name -> name.startsWith("flink"));
        }
    }

    @Test
    void badTextsAreRejectedAndNeverLost() throws Exception {
        Path input = directory.resolve("texts.txt");
        byte[] invalid = {(byte) 0xC3, (byte) 0x28};
        Files.write(input, List.of("one", "", "two", "three"));
        Files.write(input, new byte[] {invalid[0], invalid[1], '\n'}, StandardOpenOption.APPEND);

        Cli cli = Cli.launch(directory, "", "demo", "--input", input.toString());

        assertThat(cli.status()).describedAs(cli.err()).isZero();
        assertThat(cli.out().strip()).endsWith("\n5 records in, 4 embeddings out, 1 rejected");
    }

    @Test
    void argumentsThatCannotBeUsedStartNothing() {
        assertThat(Cli.run("demo", "--records", "0").status()).isEqualTo(2);
        assertThat(Cli.run("demo", "--input", "nowhere").status()).isEqualTo(2);
        Cli cli = Cli.run("demo", "--model", directory.toString());
        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err()).contains("config.json");
    }
}
