package io.millrace.it.bench.latency;

import io.millrace.cli.shell.Failures;
import io.millrace.cli.shell.Interruption;
import io.millrace.cli.shell.ModelArgument;
import io.millrace.cli.shell.UnusableException;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.it.bench.corpus.Corpus;
import io.millrace.it.bench.plot.PercentilePlot;
import io.millrace.it.bench.report.HostDescription;
import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.model.encode.Precision;
import io.millrace.model.fetch.ResolvedModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace bench latency}. */
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        header = "Measures how long a text takes from Kafka to Kafka, at fixed arrival rates.",
        description = {
            "",
            "Runs a broker, the job, a producer and a consumer in this process. Finds how many"
                    + " texts a second come through at most; then sends at shares of that rate, each"
                    + " text at its time whatever became of those before it. The latency of a text is"
                    + " from then until a consumer has its vector.",
            "",
            "Writes latency.md, latency.json and latency.svg.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  millrace bench latency --model all-MiniLM-L6-v2 --texts texts.txt",
            "  millrace bench latency --model all-MiniLM-L6-v2 --texts texts.txt --loads 80"
                    + " --job-option linger=2ms"
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:every text came back once; that a load could not be held is a result, not a failure",
            "1:texts were lost, came twice or were rejected, or the job failed",
            "2:the arguments, the texts or the model directory cannot be used",
            "130:it was stopped before its end"
        })
public final class LatencyCommand implements Callable<Integer> {
    private static final int INTERRUPTED = 130;
    private static final double LOAD_MAX = 1000;

    /** What is decided here. */
    private static final Set<String> NOT_JOB_OPTIONS =
            Stream.of(
                            EncodeOptions.MODEL,
                            EncodeOptions.ADAPTER,
                            EncodeOptions.PRECISION,
                            KafkaJobOptions.BOOTSTRAP_SERVERS,
                            KafkaJobOptions.INPUT_TOPIC,
                            KafkaJobOptions.OUTPUT_TOPIC,
                            KafkaJobOptions.DEAD_LETTER_TOPIC,
                            KafkaJobOptions.INPUT_FORMAT,
                            KafkaJobOptions.BOUNDED,
                            KafkaJobOptions.PARALLELISM)
                    .map(ConfigOption::key)
                    .collect(Collectors.toUnmodifiableSet());

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--model",
            required = true,
            paramLabel = ModelArgument.LABEL,
            description = ModelArgument.DESCRIPTION)
    private String model = "";

    @Option(
            names = "--texts",
            required = true,
            paramLabel = "FILE",
            description =
                    "What is sent, again and again, shuffled: a .jsonl file, or one text a line.")
    private Path texts = Path.of("");

    @Option(
            names = "--precision",
            paramLabel = "f32|bf16",
            description = "What the model computes with. Default: f32.")
    private Precision precision = Precision.F32;

    @Option(
            names = "--loads",
            split = ",",
            paramLabel = "PERCENT",
            defaultValue = "50,80,95",
            description = "Shares of the capacity, at most 5. Default: ${DEFAULT-VALUE}.")
    private List<Double> loads = List.of();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "60",
            description =
                    "How long the capacity and each load are measured. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--warm-up",
            paramLabel = "N",
            defaultValue = "10",
            description =
                    "Seconds before each of those that do not count. Default: ${DEFAULT-VALUE}.")
    private int warmUp;

    @Option(
            names = "--arrivals",
            paramLabel = "constant|poisson",
            defaultValue = "poisson",
            description =
                    "Whether texts come at equal distances, or each independent of all others, as"
                            + " from many senders. Default: ${DEFAULT-VALUE}.")
    private Arrivals arrivals = Arrivals.POISSON;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of arrivals and of the texts' order. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--job-option",
            paramLabel = "NAME=VALUE",
            description =
                    "An option of the job, as 'millrace run --help' has them, such as linger=2ms or"
                            + " delivery=exactly-once. May be given again.")
    private Map<String, String> jobOptions = new LinkedHashMap<>();

    @Option(
            names = "--output",
            paramLabel = "DIR",
            defaultValue = "latency",
            description = "Where the results go. Default: ${DEFAULT-VALUE}.")
    private Path output = Path.of("");

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        requireRanges();
        Configuration options = options();
        Texts sent = Texts.shuffled(Corpus.read(texts, Integer.MAX_VALUE), seed);
        ResolvedModel resolved = ModelArgument.resolve(model, err);
        options.set(EncodeOptions.MODEL, resolved.directory().toString());
        String adapter = resolved.adapterDirectory();
        if (adapter != null) {
            options.set(EncodeOptions.ADAPTER, adapter);
        }
        LatencyReport report;
        try (Interruption interruption = Interruption.listen();
                Pipeline pipeline = Pipeline.start(options, cores(), interruption)) {
            report = measure(pipeline, sent, name(resolved), err);
        } catch (Pipeline.StoppedException e) {
            err.println("millrace bench latency: " + e.getMessage());
            return INTERRUPTED;
        }
        report.write(output);
        out.println();
        out.println(report.table());
        out.println("Written to " + output);
        report.faults().forEach(fault -> err.println("millrace bench latency: " + fault));
        return report.faults().isEmpty() ? 0 : Failures.FAILED;
    }

    private void requireRanges() {
        if (loads.isEmpty() || loads.size() > PercentilePlot.LINES_MAX) {
            throw new UnusableException(
                    "--loads: expected 1 to %d, found %d"
                            .formatted(PercentilePlot.LINES_MAX, loads.size()));
        }
        for (double load : loads) {
            if (!(load > 0 && load <= LOAD_MAX)) {
                throw new UnusableException(
                        "--loads: expected percentages from above 0 to %.0f, found %s"
                                .formatted(LOAD_MAX, load));
            }
        }
        requireAtLeast("--seconds", 1, seconds);
        requireAtLeast("--warm-up", 0, warmUp);
    }

    private static void requireAtLeast(String option, int least, int value) {
        if (value < least) {
            throw new UnusableException(
                    "%s: expected at least %d, found %d".formatted(option, least, value));
        }
    }

    private Configuration options() {
        Set<String> known =
                Stream.concat(EncodeOptions.ALL.stream(), KafkaJobOptions.ALL.stream())
                        .map(ConfigOption::key)
                        .filter(key -> !NOT_JOB_OPTIONS.contains(key))
                        .collect(Collectors.toSet());
        for (String name : jobOptions.keySet()) {
            if (!known.contains(name)) {
                throw new UnusableException(
                        "--job-option: expected an option of the job that is not decided here,"
                                + " found "
                                + name);
            }
        }
        Configuration options = Configuration.fromMap(jobOptions);
        options.set(EncodeOptions.PRECISION, precision);
        return options;
    }

    private LatencyReport measure(Pipeline pipeline, Texts sent, String modelName, PrintWriter err)
            throws Exception {
        err.printf("capacity: %d s after %d s of warm-up ... ", seconds, warmUp);
        err.flush();
        double capacity =
                CapacityRun.measure(
                        pipeline,
                        sent,
                        0,
                        cores(),
                        Duration.ofSeconds(warmUp),
                        Duration.ofSeconds(seconds));
        err.printf(Locale.ROOT, "%,.1f texts/s%n", capacity);
        List<LoadResult> results = new ArrayList<>();
        for (double load : loads) {
            double rate = load / 100 * capacity;
            err.printf(
                    Locale.ROOT,
                    "%s %% load, %,.1f texts/s ... ",
                    LatencyReport.percent(load),
                    rate);
            err.flush();
            Schedule schedule =
                    Schedule.of(arrivals, rate, Duration.ofSeconds(warmUp + seconds), seed);
            Ledger ledger = LoadRun.play(pipeline, sent, results.size() + 1, schedule);
            LoadResult result =
                    LoadResult.of(load, rate, ledger, Duration.ofSeconds(warmUp).toNanos());
            results.add(result);
            err.printf(
                    Locale.ROOT,
                    "p50 %s ms, p99 %s ms%s%n",
                    PercentilePlot.rounded(result.millis(50)),
                    PercentilePlot.rounded(result.millis(99)),
                    result.isHeld() ? "" : "; not held: " + String.join(", ", result.trouble()));
        }
        return new LatencyReport(
                modelName + ", " + precision.key(),
                new LatencyReport.Setting(
                        capacity,
                        seconds,
                        warmUp,
                        arrivals,
                        pipeline.guarantee(),
                        HostDescription.here().describe(),
                        commandLine()),
                results);
    }

    /** A directory's own name, or the Hub's. */
    private static String name(ResolvedModel model) {
        boolean ofHub = !Path.of(model.name()).equals(model.directory());
        return ofHub ? model.name() : String.valueOf(model.directory().getFileName());
    }

    private String commandLine() {
        return spec.root().name()
                + " "
                + String.join(" ", spec.commandLine().getParseResult().originalArgs());
    }

    private static int cores() {
        return Runtime.getRuntime().availableProcessors();
    }
}
