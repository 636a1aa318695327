package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.options.EncodeOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.description.HtmlFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What needs neither a model nor a broker. */
class MillraceTest {
    @TempDir Path directory;

    @Test
    void withoutACommandTheCommandsAreShown() {
        Cli cli = Cli.run();

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err()).contains("embed", "broker", "expected a command, found none");
    }

    @Test
    void unknownCommandGetsASuggestion() {
        Cli cli = Cli.run("embd");

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err()).contains("no such command: 'embd'. Did you mean 'embed'?");
    }

    @Test
    void unknownOptionGetsASuggestion() {
        Cli cli = Cli.run("broker", "--prot=secret");

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err())
                .contains(
                        "millrace broker: unknown option: '--prot'. Did you mean '--port'?",
                        "See 'millrace broker --help'")
                .doesNotContain("secret");
    }

    @Test
    void versionsAreThoseOfTheBuild() {
        Cli cli = Cli.run("--version");

        assertThat(cli.status()).isZero();
        assertThat(cli.out())
                .containsPattern("Millrace \\d+\\.\\d+")
                .containsPattern("TensorFlow Java \\d+\\.\\d+")
                .containsPattern("Flink \\d+\\.\\d+");
    }

    @ParameterizedTest
    @ValueSource(strings = {"embed", "inspect", "broker", "demo", "run", "bench"})
    void helpHasSynopsisExamplesAndExitStatuses(String command) {
        Cli cli = Cli.run(command, "--help");

        assertThat(cli.status()).isZero();
        assertThat(cli.out())
                .contains("Usage: millrace " + command, "Examples", "Exit status:")
                .doesNotContain("${");
    }

    @ParameterizedTest
    @ValueSource(strings = {"embed", "inspect", "demo", "run"})
    void everyCommandThatRunsAModelTakesItsPrecision(String command) {
        assertThat(Cli.run(command, "--help").out())
                .contains("--precision=f32|bf16", "Default: f32.");
        assertThat(Cli.run(command, "--precision=f16").err())
                .contains("'--precision': expected ", "f16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"embed", "run"})
    void howTheModelIsRunIsTheSameOption(String command) {
        String help = Cli.run(command, "--help").out().replaceAll("\\s", "");

        for (ConfigOption<?> option : EncodeOptions.ENCODER) {
            String description = new HtmlFormatter().format(option.description());
            assertThat(help).contains("--" + option.key(), description.replaceAll("\\s", ""));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"embed --input=i --output=o", "inspect"})
    void withoutAModelNothingRuns(String arguments) {
        Cli cli = Cli.run(arguments.split(" "));

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err())
                .contains("Option 'model' is required: a model directory or org/name", "--help");
    }

    @ParameterizedTest
    @ValueSource(strings = {"max-tokens", "truncate-dim", "batch-tokens"})
    void embedRefusesWhatTheJobRefuses(String option) {
        Cli cli = Cli.run("embed", "--model=m", "--input=i", "--output=o", "--" + option + "=0");

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err())
                .contains("Option '%s': expected at least 1, found 0".formatted(option));
    }

    @Test
    void missingOptionsAreNamed() {
        Cli cli = Cli.run("embed", "--model", "m");

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err()).contains("--input", "--output");
    }

    @Test
    void wrongValueSaysWhatWasExpected() {
        Cli cli =
                Cli.run(
                        "embed",
                        "--model",
                        "m",
                        "--input",
                        "i",
                        "--output",
                        "o",
                        "--truncation",
                        "middle");

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err()).containsIgnoringCase("right").contains("middle");
    }

    @Test
    void numberOutOfRangeSaysWhatWasExpected() {
        Cli cli =
                Cli.run("embed", "--model", "m", "--input", "i", "--output", "o", "--threads", "0");

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err()).contains("--threads: expected at least 1, found 0");
    }

    @Test
    void inputThatIsNotThereIsNamed() {
        Cli cli = Cli.run("embed", "--model", "m", "--input", "nowhere.txt", "--output", "-");

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err())
                .contains("--input: expected a readable file, found none: nowhere.txt");
    }

    @Test
    void outputThatIsTheInputIsRefused() throws Exception {
        Path input = Files.writeString(directory.resolve("in.txt"), "text\n");
        Path link = Files.createSymbolicLink(directory.resolve("link"), input);

        Cli cli =
                Cli.run(
                        "embed",
                        "--model",
                        "m",
                        "--input",
                        input.toString(),
                        "--output",
                        link.toString());

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err())
                .contains("--output: expected another file than --input, found the same");
        assertThat(input).hasContent("text\n");
    }

    @Test
    void inputThatLooksLikeJsonGetsAWarning() throws Exception {
        Path input = Files.writeString(directory.resolve("in.json"), "{\"text\": \"a\"}\n");
        String[] arguments = {
            "embed", "--model", "m/m", "--input", input.toString(), "--output", "no/out"
        };

        assertThat(Cli.run(arguments).err()).contains("warning: --input " + input);
        String[] asked = Arrays.copyOf(arguments, arguments.length + 1);
        asked[arguments.length] = "--input-format=lines";
        assertThat(Cli.run(asked).err()).contains("--output: ").doesNotContain("warning");
    }

    @Test
    void directoryWithoutAModelIsRefusedBeforeAnyOutput() throws Exception {
        Path input = Files.writeString(directory.resolve("in.txt"), "text\n");
        Path output = directory.resolve("out.jsonl");
        Path model = Files.createDirectory(directory.resolve("model"));

        Cli cli =
                Cli.run(
                        "embed",
                        "--model",
                        model.toString(),
                        "--input",
                        input.toString(),
                        "--output",
                        output.toString());

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err()).contains("config.json", "tokenizer.json", "safetensors");
        assertThat(output).doesNotExist();
    }

    @Test
    void benchSaysWhereItRuns() {
        Cli cli = Cli.run("bench", "--model", "m");

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err()).contains("millrace bench: expected a checkout of the sources");
    }

    @ParameterizedTest
    @ValueSource(strings = {"texts:", "texts:0", ":2", "texts:x"})
    void topicNeedsANameAndPartitions(String topic) {
        Cli cli = Cli.run("broker", "--topic", topic);

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err()).contains("NAME:PARTITIONS", topic);
    }

    @Test
    void portOutOfRangeIsRefused() {
        Cli cli = Cli.run("broker", "--port", "70000");

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err()).contains("--port: expected 0 to 65535, found 70000");
    }
}
