package io.millrace.it.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command from its arguments to its files, with our own engines in their processes. */
class BenchIT {
    private static final Path MODEL = Path.of("../model/target/test-classes/golden/bert-mean");

    @TempDir Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void measuresOurEngineAndTellsWhichCannotRun() throws Exception {
        Path texts =
                Files.write(
                        directory.resolve("texts.txt"),
                        List.of("The river turns the wheel.", "", "Rain."));
        Path output = directory.resolve("output");

        int status =
                run(
                        "bench",
                        "--model",
                        MODEL.toString(),
                        "--texts",
                        texts.toString(),
                        "--rounds",
                        "2",
                        "--engines",
                        "millrace-f32,onnxruntime-f32,sentence-transformers-f32",
                        "--output",
                        output.toString());

        assertThat(status).describedAs(err.toString()).isZero();
        assertThat(out.toString())
                .contains(
                        "| millrace-f32 ",
                        "texts.txt; 3 texts",
                        "- onnxruntime-f32 not run: the directory has no onnx/model.onnx",
                        "- sentence-transformers-f32 not run: no --python")
                .isEqualTo(Files.readString(output.resolve("bench.md")));
        assertThat(Files.readString(output.resolve("bench.json"))).contains("\"load_seconds\"");
        assertThat(err.toString()).contains("round 2 of 2: millrace-f32: ");
    }

    @Test
    void unknownEngineIsRefused() {
        int status = run("bench", "--model", "m", "--texts", "t", "--engines", "milrace");

        assertThat(status).isEqualTo(2);
        assertThat(err.toString())
                .contains("--engines: expected some of peak-f32, ", "found 'milrace'");
    }

    @Test
    void textsThatAreNotThereAreRefused() {
        int status = run("bench", "--model", MODEL.toString(), "--texts", "nowhere.txt");

        assertThat(status).isEqualTo(2);
        assertThat(err.toString())
                .contains("--texts: expected a readable file, found none: nowhere.txt");
    }

    @Test
    void whatATokenCosts() throws Exception {
        int status =
                run(
                        "bench",
                        "costs",
                        "--model",
                        MODEL.toString(),
                        "--tokens",
                        "8",
                        "--rounds",
                        "1",
                        "--output",
                        directory.toString());

        assertThat(status).describedAs(err.toString()).isZero();
        assertThat(out.toString()).contains("| 8, f32 ");
        assertThat(directory.resolve("costs.json")).isNotEmptyFile();
    }

    @Test
    void whatFewerBitsCost() throws Exception {
        Path texts =
                Files.write(
                        directory.resolve("texts.txt"),
                        IntStream.range(0, 12).mapToObj(i -> "wheel ".repeat(i + 1)).toList());

        int status =
                run(
                        "bench",
                        "quality",
                        "--model",
                        MODEL.toString(),
                        "--texts",
                        texts.toString(),
                        "--queries",
                        "2",
                        "--rounds",
                        "1",
                        "--output",
                        directory.toString());

        assertThat(status).describedAs(err.toString()).isZero();
        assertThat(out.toString())
                .containsPattern(
                        "\\| millrace-f32 +\\| +1.00000 \\| +1.00000 \\| +1.000 \\| +1.000 \\| +1.00 \\|")
                .containsPattern("\\| millrace-bf16 +\\| +0.99\\d{3} ")
                .isEqualTo(Files.readString(directory.resolve("quality.md")));
    }

    @Test
    void moreQueriesThanTextsAreRefused() throws Exception {
        Path texts = Files.write(directory.resolve("texts.txt"), List.of("one", "two"));

        int status =
                run("bench", "quality", "--model", MODEL.toString(), "--texts", texts.toString());

        assertThat(status).isEqualTo(2);
        assertThat(err.toString()).contains("--queries: expected 1 to ");
    }

    private int run(String... arguments) {
        return Bench.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
    }
}
