package io.millrace.cli.embed;

import io.millrace.cli.read.InputReader;
import io.millrace.cli.read.LineFormat;
import io.millrace.cli.shell.Failures;
import io.millrace.cli.shell.ModelArgument;
import io.millrace.cli.shell.Terminal;
import io.millrace.cli.shell.UnusableException;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.kafka.arguments.ConfigOptionArguments;
import io.millrace.model.encode.Encoder;
import io.millrace.model.fetch.ResolvedModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace embed}. */
@Command(
        name = "embed",
        header = "Turns the texts of a file into vectors.",
        customSynopsis =
                "millrace embed --model=DIR|ORG/NAME --input=FILE|- --output=FILE|- [OPTION]...",
        description = {
            "",
            "Reads one text a line, writes one JSON object a line, in the order of the input:",
            "  {\"id\": ..., \"embedding\": [...], \"tokens\": n, \"truncated\": false}",
            "",
            "A line of a .jsonl file is {\"id\": ..., \"text\": \"...\"}; other fields pass"
                    + " through. A line of any other file is the text itself, and its id the line's"
                    + " number from 0. Input may be of any size, and compressed by gzip or zstd.",
            "",
            "A text that gets no vector gets {\"id\": ..., \"error\": \"...\"} and is counted. The"
                    + " output file appears when it is complete, replacing any before it.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  millrace embed --model all-MiniLM-L6-v2 --input texts.txt --output vectors.jsonl",
            "  millrace embed --model sentence-transformers/all-MiniLM-L6-v2 \\",
            "      --input texts.txt --output vectors.jsonl",
            "  millrace embed --model all-MiniLM-L6-v2 --input news.jsonl.gz --output"
                    + " vectors.jsonl",
            "  cat news.jsonl | millrace embed --model all-MiniLM-L6-v2 \\",
            "      --input - --input-format jsonl --output - > vectors.jsonl"
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:every text got its vector (or --on-error skip)",
            "1:some text got none, or the work failed",
            "2:the arguments or the model directory cannot be used",
            "141:nobody reads the output any more"
        })
public final class EmbedCommand implements Callable<Integer> {
    /** What texts without a vector mean for the exit status. */
    enum OnError {
        FAIL,
        SKIP;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String STANDARD_STREAM = "-";

    private static final List<ConfigOption<?>> OPTIONS =
            Stream.concat(EncodeOptions.ENCODER.stream(), Stream.of(EncodeOptions.BATCH_TOKENS))
                    .toList();

    private final ConfigOptionArguments arguments = new ConfigOptionArguments();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--input",
            required = true,
            paramLabel = "FILE|-",
            description = "Texts; - is standard input.")
    private String input = "";

    @Option(
            names = "--output",
            required = true,
            paramLabel = "FILE|-",
            description = "Vectors; - is standard output.")
    private String output = "";

    @Option(
            names = "--input-format",
            paramLabel = "jsonl|lines",
            description =
                    "What a line of the input is. Default: jsonl for *.jsonl and *.ndjson (also"
                            + " *.jsonl.gz, *.jsonl.zst), otherwise lines.")
    private @Nullable LineFormat inputFormat;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description =
                    "Inference threads, one core each. Default: the cores of this machine"
                            + " (${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--on-error",
            paramLabel = "fail|skip",
            description =
                    "Whether texts without a vector make the exit status 1 (fail) or only count"
                            + " (skip). Default: ${DEFAULT-VALUE}.")
    private OnError onError = OnError.FAIL;

    private EmbedCommand() {}

    /** The command, to be added to its parent. */
    public static CommandLine create() {
        EmbedCommand embed = new EmbedCommand();
        CommandLine command = new CommandLine(embed);
        embed.arguments.addGroup(
                command.getCommandSpec(), "Encoding", EncodeOptions.class, OPTIONS);
        return command;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        EncodeOptions encode = arguments.read(spec.commandLine(), EncodeOptions::from);
        if (threads < 1) {
            throw new UnusableException("--threads: expected at least 1, found " + threads);
        }
        try (InputStream in = openInput()) {
            InputReader reader = reader(in);
            Counts counts;
            if (output.equals(STANDARD_STREAM)) {
                counts = embed(encode, reader, OutputFile.standardOutput());
            } else {
                refuseOwnInput();
                try (OutputFile file = OutputFile.open(output)) {
                    counts = embed(encode, reader, file.stream());
                    file.commit();
                }
            }
            return counts.refused() == 0 || onError == OnError.SKIP ? 0 : Failures.FAILED;
        }
    }

    private InputReader reader(InputStream in) throws IOException {
        try {
            InputReader reader = new InputReader(in, format());
            if (inputFormat != LineFormat.LINES) {
                reader.suspicion().ifPresent(this::warn);
            }
            return reader;
        } catch (UnusableException e) {
            throw new UnusableException("--input %s: %s".formatted(input, e.getMessage()), e);
        }
    }

    private void warn(String suspicion) {
        spec.commandLine()
                .getErr()
                .println("millrace embed: warning: --input %s: %s".formatted(input, suspicion));
    }

    private void refuseOwnInput() throws IOException {
        Path place = Path.of(output);
        boolean same =
                !input.equals(STANDARD_STREAM)
                        && Files.isRegularFile(place)
                        && Files.isSameFile(place, Path.of(input));
        if (same) {
            throw new UnusableException(
                    "--output: expected another file than --input, found the same: " + output);
        }
    }

    private Counts embed(EncodeOptions options, InputReader reader, OutputStream out)
            throws IOException, InterruptedException {
        try (Encoder encoder = open(options)) {
            long start = System.nanoTime();
            Counts counts = embed(encoder, options.batchTokens(), reader, out);
            double seconds = (System.nanoTime() - start) / 1e9;
            spec.commandLine().getErr().println(summary(counts, seconds));
            return counts;
        }
    }

    private Encoder open(EncodeOptions options) throws InterruptedException {
        ResolvedModel resolved =
                ModelArgument.resolve(
                        options.model(), options.encoder().adapter(), spec.commandLine().getErr());
        return Encoder.open(
                resolved.directory(), options.encoder().withAdapter(resolved.adapterDirectory()));
    }

    private Counts embed(Encoder encoder, int batchTokens, InputReader reader, OutputStream out)
            throws IOException, InterruptedException {
        try (WindowEncoder windows = new WindowEncoder(encoder, threads, batchTokens);
                Progress progress =
                        Terminal.onStandardError() ? Progress.bar(inputBytes()) : Progress.NONE) {
            return new Embedding(reader, windows, out, progress).run();
        }
    }

    private InputStream openInput() throws IOException {
        if (input.equals(STANDARD_STREAM)) {
            return System.in;
        }
        if (Files.isDirectory(Path.of(input))) {
            throw new UnusableException("--input: expected a file, found directory " + input);
        }
        if (!Files.isReadable(Path.of(input))) {
            throw new UnusableException("--input: expected a readable file, found none: " + input);
        }
        return Files.newInputStream(Path.of(input));
    }

    private LineFormat format() {
        return inputFormat == null ? LineFormat.ofFileName(input) : inputFormat;
    }

    private long inputBytes() throws IOException {
        boolean known = !input.equals(STANDARD_STREAM) && Files.isRegularFile(Path.of(input));
        return known ? Files.size(Path.of(input)) : -1;
    }

    private static String summary(Counts counts, double seconds) {
        StringBuilder summary = new StringBuilder();
        summary.append(
                String.format(
                        Locale.ROOT,
                        "%,d records, %,d tokens in %.1f s: %,.0f tokens/s",
                        counts.records(),
                        counts.tokens(),
                        seconds,
                        counts.tokens() / Math.max(seconds, 1e-3)));
        if (counts.truncated() > 0) {
            summary.append(String.format(Locale.ROOT, "; %,d truncated", counts.truncated()));
        }
        if (counts.refused() > 0) {
            summary.append(String.format(Locale.ROOT, "; %,d without a vector", counts.refused()));
        }
        return summary.toString();
    }
}
