package io.millrace.it.bench;

import io.millrace.cli.shell.ModelArgument;
import io.millrace.cli.shell.UnusableException;
import io.millrace.it.bench.corpus.Corpus;
import io.millrace.it.bench.engine.Answer;
import io.millrace.it.bench.process.EngineProcess;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace bench}. */
@Command(
        name = "bench",
        header = "Measures this and other engines over the same texts, side by side.",
        mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
    private static final int WARM_TEXTS = 500;

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
            description = "Passes of each engine. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--engines",
            split = ",",
            paramLabel = "NAME",
            defaultValue = "millrace-f32",
            description = "Which engines. Default: ${DEFAULT-VALUE}.")
    private List<String> engines = List.of();

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = "bench",
            description = "Where the results and what engines make are kept.")
    private Path output = Path.of("");

    @Override
    public Integer call() throws IOException, InterruptedException {
        // Not `required`: picocli would ask for them before the name of a subcommand, too.
        if (model.isEmpty() || texts.toString().isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "Missing required options: --model and --texts");
        }
        PrintWriter out = spec.commandLine().getOut();
        Path directory = ModelArgument.resolve(model, spec.commandLine().getErr()).directory();
        Corpus.read(texts, limit);
        Files.createDirectories(output);
        List<EngineProcess> running = new ArrayList<>();
        try {
            for (String name : engines) {
                if (JavaEngine.ofLabel(name).isEmpty()) {
                    throw new UnusableException("--engines: no such engine: " + name);
                }
                EngineProcess process = start(name, directory);
                running.add(process);
                out.println(process.ready());
                out.println(process.warm(WARM_TEXTS));
            }
            for (int round = 0; round < rounds; round++) {
                for (EngineProcess process : running) {
                    Answer.Measured pass = process.pass();
                    out.printf("%s %.0f tokens/s%n", pass, pass.tokens() / pass.seconds());
                }
            }
        } finally {
            for (EngineProcess process : running) {
                process.close();
            }
        }
        return 0;
    }

    private EngineProcess start(String name, Path directory) throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        return EngineProcess.start(
                name,
                JavaCommand.of(
                        EngineMain.class,
                        name,
                        directory.toString(),
                        texts.toString(),
                        Integer.toString(limit),
                        output.toString(),
                        Integer.toString(cores)),
                Map.of(),
                output.resolve(name + ".log"));
    }
}
