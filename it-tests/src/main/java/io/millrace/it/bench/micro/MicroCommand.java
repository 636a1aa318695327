package io.millrace.it.bench.micro;

import io.millrace.cli.shell.ModelArgument;
import io.millrace.cli.shell.UnusableException;
import io.millrace.it.bench.corpus.Corpus;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace bench micro}. */
@Command(
        name = "micro",
        mixinStandardHelpOptions = true,
        header = "Measures what the job does with a text beside encoding it, each step alone.",
        description = {
            "",
            "Tokenizing, batching, padding and emitting, with JMH. Writes micro.json, which JMH's"
                    + " viewers read, and micro.log.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  millrace bench micro",
            "  millrace bench micro Emit --quick",
            "  millrace bench micro Tokenize --model all-MiniLM-L6-v2 --texts texts.txt"
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:every benchmark ran",
            "1:one failed; micro.log has its words",
            "2:the arguments or the model directory cannot be used"
        })
public final class MicroCommand implements Callable<Integer> {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(
            arity = "0..1",
            paramLabel = "PATTERN",
            defaultValue = "",
            description = "Only those whose name has this, a regular expression, in it.")
    private String pattern = "";

    @Option(
            names = "--quick",
            description = "A first impression, in a tenth of the time and with a larger error.")
    private boolean quick;

    @Option(
            names = "--model",
            paramLabel = ModelArgument.LABEL,
            description = "Whose tokenizer is measured. Default: the demo's model.")
    private @Nullable String model;

    @Option(
            names = "--texts",
            paramLabel = "FILE",
            description =
                    "What it tokenizes, cut to length: a .jsonl file, or one text a line. Default:"
                            + " the demo's messages.")
    private @Nullable Path texts;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = "micro",
            description = "Where the results go. Default: ${DEFAULT-VALUE}.")
    private Path output = Path.of("");

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        Path directory =
                model == null ? demoModel() : ModelArgument.resolve(model, err).directory();
        try (SampleTexts samples = SampleTexts.of(texts)) {
            // Here once, for a readable message.
            Corpus.read(samples.file(), 1);
            err.println("Measuring; what JMH says about it is in " + output.resolve("micro.log"));
            var results =
                    MicroRun.run(
                            pattern,
                            quick ? Effort.QUICK : Effort.FULL,
                            directory,
                            samples.file(),
                            output);
            out.print(MicroTable.of(results));
            out.println("Written to " + output);
        }
        return 0;
    }

    private static Path demoModel() {
        Path demo = Path.of(System.getProperty("millrace.home", ""), "models", "demo");
        if (!Files.isDirectory(demo)) {
            throw new UnusableException(
                    "--model: expected one, as the demo's model is not there: " + demo);
        }
        return demo;
    }
}
