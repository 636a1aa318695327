package io.millrace.it.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.millrace.cli.shell.Failures;
import io.millrace.cli.shell.ModelArgument;
import io.millrace.cli.shell.Versions;
import io.millrace.it.bench.corpus.Corpus;
import io.millrace.it.bench.measure.Operations;
import io.millrace.it.bench.measure.TextLengths;
import io.millrace.it.bench.report.EngineResult;
import io.millrace.it.bench.report.HostDescription;
import io.millrace.it.bench.report.Report;
import io.millrace.model.read.ModelDirectory;
import io.millrace.model.tokenize.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace bench}. */
@Command(
        name = "bench",
        header = "Measures this and other engines over the same texts, side by side.",
        description = {
            "",
            "Each engine runs in a process of its own and encodes all texts once a round; the order"
                    + " changes from round to round, and the others are idle meanwhile. Tokenizing is"
                    + " part of what is timed. Engines with a choice of settings try them before, on"
                    + " the first texts. One that cannot run is listed with the reason.",
            "",
            "Prints a table with ratios, writes it to bench.md and all numbers to bench.json.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  millrace bench --model all-MiniLM-L6-v2 --texts lines.txt",
            "  millrace bench --model all-MiniLM-L6-v2 --texts lines.txt --python venv/bin/python",
            "  millrace bench --model all-MiniLM-L6-v2 --texts lines.txt --limit 1000 \\",
            "      --engines millrace-f32,millrace-bf16,peak-f32,peak-bf16"
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:every engine that could be started ran to its end",
            "1:one failed, or none ran",
            "2:the arguments or the model directory cannot be used"
        })
final class BenchCommand implements Callable<Integer> {
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private static final String REFERENCE = "millrace-f32";

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--model",
            paramLabel = ModelArgument.LABEL,
            description = ModelArgument.DESCRIPTION)
    private String model = "";

    @Option(
            names = "--texts",
            paramLabel = "FILE",
            description = "What is encoded: a .jsonl file, or one text a line.")
    private Path texts = Path.of("");

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Only the first N texts. Default: all.")
    private int limit = Integer.MAX_VALUE;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "3",
            description = "Passes of each engine over the texts. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--engines",
            split = ",",
            paramLabel = "NAME",
            description = "Which engines. Default: all that can run here.")
    private @Nullable List<String> engines;

    @Option(
            names = "--python",
            paramLabel = "PYTHON",
            description =
                    "A Python with sentence-transformers, which is measured; and, with onnx and"
                            + " onnxruntime, exports the model for the engines that want it so."
                            + " Default: none.")
    private @Nullable String python;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = "bench",
            description =
                    "Where the results go, and what engines make of the model, to be used again."
                            + " Default: ${DEFAULT-VALUE}.")
    private Path output = Path.of("");

    @Override
    public Integer call() throws IOException, InterruptedException {
        // Not `required`: picocli would ask for them before the name of a subcommand, too.
        if (model.isEmpty() || texts.toString().isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "Missing required options: --model and --texts");
        }
        requirePositive("--limit", limit);
        requirePositive("--rounds", rounds);
        List<String> names = EngineNames.check(engines == null ? EngineNames.all() : engines);
        List<String> corpus = Corpus.read(texts, limit);
        PrintWriter err = spec.commandLine().getErr();
        Path directory = ModelArgument.resolve(model, err).directory().toAbsolutePath().normalize();
        ModelDirectory opened = ModelDirectory.open(directory);

        Path work = Files.createDirectories(output.toAbsolutePath().resolve("work"));
        Path exported =
                Files.createDirectories(
                        output.toAbsolutePath()
                                .resolve("exported")
                                .resolve(opened.revision().replaceAll("[^A-Za-z0-9.-]", "-")));
        Launches launches =
                new Launches(
                        directory,
                        Corpus.write(corpus, work.resolve("texts.jsonl")),
                        work,
                        exported,
                        Runtime.getRuntime().availableProcessors(),
                        python == null ? null : new Python(python, work));
        int[] tokens = tokens(opened, corpus);
        String reference = names.contains(REFERENCE) ? REFERENCE : names.get(0);
        List<EngineResult> results =
                new BenchRun(launches, rounds, corpus.size(), reference, err).measure(names);

        Report report =
                new Report(
                        "millrace "
                                + String.join(
                                        " ",
                                        spec.root().commandLine().getParseResult().originalArgs()),
                        Instant.now().truncatedTo(ChronoUnit.MINUTES).toString(),
                        HostDescription.here(),
                        List.of(new Versions().getVersion()),
                        opened.id(),
                        opened.bytes(),
                        String.valueOf(texts.getFileName()),
                        TextLengths.of(tokens),
                        Operations.of(directory)
                                .map(operations -> operations.ofTexts(tokens))
                                .orElse(null),
                        reference,
                        results);
        Files.writeString(output.resolve("bench.md"), report.markdown());
        Files.writeString(output.resolve("bench.json"), JSON.writeValueAsString(report));
        spec.commandLine().getOut().print(report.markdown());
        spec.commandLine().getOut().flush();
        return status(results);
    }

    /** An engine that has nothing to run from is told of; one that broke is a failure. */
    private static int status(List<EngineResult> results) {
        boolean broke =
                results.stream().anyMatch(result -> result.failure() != null && result.started());
        boolean none = results.stream().allMatch(result -> result.passes().isEmpty());
        return broke || none ? Failures.FAILED : 0;
    }

    private static int[] tokens(ModelDirectory model, List<String> corpus) {
        try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.open(model.tokenizer())) {
            return corpus.stream()
                    .mapToInt(text -> tokenizer.tokenize(text).ids().length)
                    .toArray();
        }
    }

    private void requirePositive(String option, int value) {
        if (value < 1) {
            throw new ParameterException(
                    spec.commandLine(),
                    "%s: expected at least 1, found %d".formatted(option, value));
        }
    }
}
