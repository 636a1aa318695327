package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The command with real models. */
class EmbedIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final float TOLERANCE = 1e-5f;

    @TempDir Path directory;

    static List<Path> goldens() throws IOException {
        try (Stream<Path> cases = Files.list(Path.of(System.getProperty("millrace.golden")))) {
            return cases.filter(Files::isDirectory)
                    .filter(path -> path.getFileName().toString().startsWith("bert-"))
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("goldens")
    void vectorsAreThoseOfTheReference(Path model) throws Exception {
        check(model, model);
    }

    @Test
    void vectorsOfAnAdapterAreThoseOfTheReference() throws Exception {
        Path golden = Path.of(System.getProperty("millrace.golden"));
        Path adapter = golden.resolveSibling("golden-lora").resolve("query-value");
        check(golden.resolve("bert-mean"), adapter, "--adapter", adapter.toString());
    }

    private void check(Path model, Path reference, String... more) throws Exception {
        JsonNode expected = JSON.readTree(reference.resolve("expected.json").toFile());
        List<String> input = new ArrayList<>();
        for (JsonNode text : expected.get("texts")) {
            ObjectNode line = JSON.createObjectNode();
            line.put("id", "t" + input.size()).set("text", text);
            input.add(line.toString());
        }

        List<JsonNode> lines = embed(model, "in.jsonl", String.join("\n", input), more);

        float scale = scale(expected.get("embeddings"));
        assertThat(lines).hasSize(input.size());
        for (int i = 0; i < lines.size(); i++) {
            JsonNode line = lines.get(i);
            assertThat(line.get("id").textValue()).isEqualTo("t" + i);
            assertThat(line.get("tokens").intValue()).isEqualTo(expected.get("ids").get(i).size());
            JsonNode vector = expected.get("embeddings").get(i);
            assertThat(line.get("embedding")).hasSize(vector.size());
            for (int j = 0; j < vector.size(); j++) {
                assertThat(line.get("embedding").get(j).floatValue())
                        .isCloseTo(vector.get(j).floatValue(), within(TOLERANCE * scale));
            }
        }
    }

    /** The reference's largest component, if it is more than that of a vector of length 1. */
    private static float scale(JsonNode vectors) {
        float scale = 1;
        for (JsonNode vector : vectors) {
            for (JsonNode component : vector) {
                scale = Math.max(scale, Math.abs(component.floatValue()));
            }
        }
        return scale;
    }

    @Test
    void sameTextHasTheSameVectorWhereverItStands() throws Exception {
        List<JsonNode> lines =
                embed(
                        demoModel(),
                        "in.txt",
                        "Grüße, 水車!\nother\n\nGrüße, 水車!\n" + "more\n".repeat(99));

        assertThat(lines.get(0).get("embedding")).isEqualTo(lines.get(3).get("embedding"));
        assertThat(lines.get(0).get("embedding")).isNotEqualTo(lines.get(1).get("embedding"));
        assertThat(lines).hasSize(103).allMatch(line -> line.has("embedding"));
    }

    @Test
    void standardInputAndOutputAreStreams() throws Exception {
        Cli cli =
                Cli.launch(
                        directory,
                        "{\"id\":\"ü\",\"text\":\"one\",\"lang\":\"日本\"}\nnot json\n",
                        "embed",
                        "--model",
                        demoModel().toString(),
                        "--input",
                        "-",
                        "--output",
                        "-",
                        "--input-format",
                        "jsonl");

        assertThat(cli.out().lines())
                .hasSize(2)
                .satisfiesExactly(
                        first ->
                                assertThat(first).startsWith("{\"id\":\"ü\",\"lang\":\"日本\",\"emb"),
                        second -> assertThat(second).startsWith("{\"id\":1,\"error\":\"expected"));
        assertThat(cli.err()).matches("2 records, .*; 1 without a vector\n");
        assertThat(cli.status()).isEqualTo(1);
    }

    @Test
    void readerThatGoesAwayEndsItQuietly() throws Exception {
        Path input = Files.writeString(directory.resolve("in.txt"), "text\n".repeat(50_000));
        Process process =
                Cli.start(
                        directory,
                        input,
                        "embed",
                        "--model",
                        demoModel().toString(),
                        "--input",
                        "-",
                        "--output",
                        "-");

        process.getInputStream().close();

        assertThat(process.waitFor()).as("as of a filter that SIGPIPE ends").isEqualTo(141);
        assertThat(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
    }

    @Test
    void skippedErrorsDoNotFail() throws Exception {
        Path input = Files.write(directory.resolve("in.txt"), new byte[] {(byte) 0xFF, '\n', 'a'});
        Path output = directory.resolve("out.jsonl");

        Cli cli =
                Cli.run(
                        "embed",
                        "--model",
                        demoModel().toString(),
                        "--input",
                        input.toString(),
                        "--output",
                        output.toString(),
                        "--on-error",
                        "skip");

        assertThat(cli.status()).isZero();
        assertThat(cli.err()).contains("1 without a vector");
        assertThat(output).content().contains("\"error\":\"expected UTF-8");
    }

    @Test
    void emptyInputIsNoError() throws Exception {
        assertThat(embed(demoModel(), "in.txt", "")).isEmpty();
    }

    @Test
    void longTextIsCutOrRefusedAsAsked() throws Exception {
        String text = "word ".repeat(500);

        JsonNode cut = embed(demoModel(), "in.txt", text, "--max-tokens", "16").get(0);
        assertThat(cut.get("tokens").intValue()).isEqualTo(16);
        assertThat(cut.get("truncated").booleanValue()).isTrue();

        JsonNode refused =
                embed(demoModel(), "in.txt", text, "--truncation", "reject", "--on-error", "skip")
                        .get(0);
        assertThat(refused.get("error").textValue()).contains("128").doesNotContain("word");
    }

    private List<JsonNode> embed(Path model, String name, String input, String... more)
            throws IOException {
        Path in = Files.writeString(directory.resolve(name), input);
        Path out = directory.resolve("out.jsonl");
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of("embed", "--model", model.toString(), "--input", in.toString()));
        arguments.addAll(List.of("--output", out.toString()));
        arguments.addAll(List.of(more));

        Cli cli = Cli.run(arguments.toArray(String[]::new));

        assertThat(cli.status()).describedAs(cli.err()).isZero();
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(out)) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }

    private static Path demoModel() {
        return Cli.home().resolve("models/demo");
    }
}
