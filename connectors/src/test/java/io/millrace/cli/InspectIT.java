package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.cli.demo.DemoModel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command with models that run and models that do not. */
class InspectIT {
    @TempDir Path directory;

    @Test
    void modelThatRunsIsDescribed() {
        Cli cli = Cli.run("inspect", "--model", Cli.home().resolve("models/demo").toString());

        assertThat(cli.status()).describedAs(cli.err()).isZero();
        assertThat(cli.out())
                .startsWith("demo\n")
                .contains("bert: 2 layers, hidden 128, 4 heads, feed-forward 512")
                .contains("128 components", "mean → normalize", "at most 128 tokens")
                .contains("WordPiece", "stored as F32", "yes, on the CPU in f32")
                .doesNotContain("null", "Optional");
    }

    @Test
    void machinesGetFields() throws Exception {
        Cli cli =
                Cli.run(
                        "inspect",
                        "--json",
                        "--model",
                        Path.of(System.getProperty("millrace.golden"), "bert-cls-dense")
                                .toString());

        assertThat(cli.status()).describedAs(cli.err()).isZero();
        JsonNode fields = new ObjectMapper().readTree(cli.out());
        assertThat(fields.get("runs").booleanValue()).isTrue();
        assertThat(fields.get("modelType").textValue()).isEqualTo("bert");
        assertThat(fields.get("architectures").toString()).isEqualTo("[\"BertModel\"]");
        assertThat(fields.get("unusedTensors").toString()).isEqualTo("{\"pooler.*\":2}");
        assertThat(fields.get("warnings")).isEmpty();
        assertThat(fields.get("pipeline").toString()).contains("cls", "dense ");
        assertThat(fields.get("precision").textValue()).isEqualTo("f32");
        assertThat(fields.get("kernels").textValue()).startsWith("oneDNN's fused operations: ");
        assertThat(fields.get("tokensPerSecond").longValue()).isPositive();
    }

    @Test
    void baseAndAdapterAreShown() {
        Path golden = Path.of(System.getProperty("millrace.golden"));
        Path adapter = golden.resolveSibling("golden-lora").resolve("query-value");

        Cli cli =
                Cli.run(
                        "inspect",
                        "--model",
                        golden.resolve("bert-mean").toString(),
                        "--adapter",
                        adapter.toString());

        assertThat(cli.status()).describedAs(cli.err()).isZero();
        assertThat(cli.out()).startsWith("bert-mean\n").contains("Adapter", adapter.toString());
    }

    @Test
    void attentionIsWrittenAsJsonAndAsAPage() throws Exception {
        Path folder = directory.resolve("maps");

        Cli cli =
                Cli.run(
                        "inspect",
                        "--model",
                        Cli.home().resolve("models/demo").toString(),
                        "--attention",
                        "a </script> b",
                        "--output",
                        folder.toString());

        assertThat(cli.status()).describedAs(cli.err()).isZero();
        JsonNode written = new ObjectMapper().readTree(folder.resolve("attention.json").toFile());
        int tokens = written.get("tokens").size();
        assertThat(written.get("tokens").get(0).textValue()).isEqualTo("[CLS]");
        assertThat(written.get("text").textValue()).isEqualTo("a </script> b");
        assertThat(written.get("truncated").booleanValue()).isFalse();
        assertThat(written.get("before").intValue()).as("[CLS]").isEqualTo(1);
        assertThat(written.get("after").intValue()).as("[SEP]").isEqualTo(1);
        assertThat(written.get("attention")).hasSize(2).allMatch(layer -> layer.size() == 4);
        for (JsonNode layer : written.get("attention")) {
            for (JsonNode head : layer) {
                assertThat(head).hasSize(tokens);
                for (JsonNode query : head) {
                    double sum = 0;
                    for (JsonNode weight : query) {
                        sum += weight.doubleValue();
                    }
                    assertThat(sum).isCloseTo(1, within(tokens * 5e-5));
                }
            }
        }
        String page = Files.readString(folder.resolve("attention.html"));
        assertThat(page).contains("\\u003c").doesNotContain("{{data}}");
        assertThat(page.split("</script>", -1)).as("scripts end where they should").hasSize(3);
        assertThat(page).doesNotContain("http://", "https://", "src=");
    }

    @Test
    void attentionOfATextThatCannotBeTokenizedIsRefused() {
        Cli cli =
                Cli.run(
                        "inspect",
                        "--model",
                        Path.of(System.getProperty("millrace.golden"), "bert-mean").toString(),
                        "--attention",
                        "\ud800");

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err()).contains("--attention: expected well-formed Unicode");
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() throws Exception {
        DemoModel.write(directory);
        Path config = directory.resolve("config.json");
        Files.writeString(config, Files.readString(config).replace("\"bert\"", "\"rnn\""));
        Files.delete(directory.resolve("tokenizer.json"));
        Files.delete(directory.resolve("model.safetensors"));

        Cli people = Cli.run("inspect", "--model", directory.toString());
        Cli machines = Cli.run("inspect", "--json", "--model", directory.toString());

        assertThat(people.status()).isEqualTo(2);
        assertThat(people.err()).contains("rnn", "tokenizer.json", "model.safetensors");
        assertThat(machines.status()).isEqualTo(2);
        JsonNode fields = new ObjectMapper().readTree(machines.out());
        assertThat(fields.get("runs").booleanValue()).isFalse();
        assertThat(fields.get("problems").size()).isGreaterThanOrEqualTo(3);
    }
}
