package io.millrace.cli.embed;

import io.millrace.cli.read.InputFormat;
import io.millrace.cli.read.InputReader;
import io.millrace.cli.shell.Failures;
import io.millrace.cli.shell.ModelArgument;
import io.millrace.cli.shell.PrecisionArgument;
import io.millrace.cli.shell.Terminal;
import io.millrace.cli.shell.UnusableException;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.model.encode.AttentionMask;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.EncoderOptions;
import io.millrace.model.encode.Precision;
import io.millrace.model.fetch.ResolvedModel;
import io.millrace.model.tokenize.Truncation;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace embed}. */
@Command(
        name = "embed",
        header = "Turns the texts of a file into vectors.",
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

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--model",
            required = true,
            paramLabel = ModelArgument.LABEL,
            description = ModelArgument.DESCRIPTION)
    private String model = "";

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
    private @Nullable InputFormat inputFormat;

    @Option(
            names = "--max-tokens",
            paramLabel = "N",
            description =
                    "Most tokens of one text, special tokens included. Default: what the model"
                            + " directory says.")
    private @Nullable Integer maxTokens;

    @Option(
            names = "--truncation",
            paramLabel = "right|left|reject",
            description =
                    "What happens to a longer text: its end is cut off (right), its beginning"
                            + " (left), or it gets an error (reject). Default: what the model"
                            + " directory says.")
    private @Nullable Truncation truncation;

    @Option(
            names = "--attention-mask",
            paramLabel = "padding|causal",
            description =
                    "Whether a token sees all tokens of its text or only those before it. Default:"
                            + " what the model directory says.")
    private @Nullable AttentionMask attentionMask;

    @Option(
            names = "--adapter",
            paramLabel = ModelArgument.LABEL,
            description = ModelArgument.ADAPTER_DESCRIPTION)
    private @Nullable String adapter;

    @Option(
            names = "--prompt-name",
            paramLabel = "NAME",
            description =
                    "Which of the model directory's prompts goes before every text: query,"
                            + " document, or another that it has. Default: the directory's default,"
                            + " mostly none.")
    private @Nullable String promptName;

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description =
                    "What goes before every text, as it is, with its spaces; instead of the model"
                            + " directory's prompts.")
    private @Nullable String prompt;

    @Option(
            names = "--truncate-dim",
            paramLabel = "N",
            description =
                    "Only so many first components of each vector. Default: what the model"
                            + " directory says.")
    private @Nullable Integer truncateDim;

    @Option(
            names = "--normalize",
            description = "Scale every vector to length 1 after everything else.")
    private boolean normalize;

    @Option(
            names = "--strip-text",
            description =
                    "Drop spaces around a text, as sentence-transformers did up to version 5.")
    private boolean stripText;

    @Option(
            names = "--precision",
            paramLabel = PrecisionArgument.LABEL,
            description = PrecisionArgument.DESCRIPTION)
    private Precision precision = Precision.F32;

    @Option(
            names = "--batch-tokens",
            paramLabel = "N",
            description = "Most tokens in one batch, padding included. Default: ${DEFAULT-VALUE}.")
    private int batchTokens = EncodeOptions.BATCH_TOKENS.defaultValue();

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

    @Override
    public Integer call() throws IOException, InterruptedException {
        requirePositive("--batch-tokens", batchTokens);
        requirePositive("--threads", threads);
        if (maxTokens != null) {
            requirePositive("--max-tokens", maxTokens);
        }
        if (truncateDim != null) {
            requirePositive("--truncate-dim", truncateDim);
        }
        try (InputStream in = openInput()) {
            InputReader reader = reader(in);
            Counts counts;
            if (output.equals(STANDARD_STREAM)) {
                counts = embed(reader, OutputFile.standardOutput());
            } else {
                refuseOwnInput();
                try (OutputFile file = OutputFile.open(output)) {
                    counts = embed(reader, file.stream());
                    file.commit();
                }
            }
            return counts.refused() == 0 || onError == OnError.SKIP ? 0 : Failures.FAILED;
        }
    }

    private InputReader reader(InputStream in) throws IOException {
        try {
            InputReader reader = new InputReader(in, format());
            if (inputFormat != InputFormat.LINES) {
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

    private Counts embed(InputReader reader, OutputStream out)
            throws IOException, InterruptedException {
        try (Encoder encoder = openEncoder()) {
            long start = System.nanoTime();
            Counts counts = embed(encoder, reader, out);
            double seconds = (System.nanoTime() - start) / 1e9;
            spec.commandLine().getErr().println(summary(counts, seconds));
            return counts;
        }
    }

    private Encoder openEncoder() throws InterruptedException {
        ResolvedModel resolved = ModelArgument.resolve(model, adapter, spec.commandLine().getErr());
        return Encoder.open(resolved.directory(), encoderOptions(resolved));
    }

    private EncoderOptions encoderOptions(ResolvedModel resolved) {
        return EncoderOptions.DEFAULT
                .withMaxTokens(maxTokens)
                .withTruncation(truncation)
                .withAttentionMask(attentionMask)
                .withPrompt(prompt)
                .withPromptName(promptName)
                .withTruncateDim(truncateDim)
                .withNormalize(normalize)
                .withStripText(stripText)
                .withAdapter(resolved.adapterDirectory())
                .withPrecision(precision);
    }

    private Counts embed(Encoder encoder, InputReader reader, OutputStream out)
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

    private InputFormat format() {
        return inputFormat == null ? InputFormat.ofFileName(input) : inputFormat;
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

    private static void requirePositive(String option, int value) {
        if (value < 1) {
            throw new UnusableException(
                    "%s: expected at least 1, found %d".formatted(option, value));
        }
    }
}
