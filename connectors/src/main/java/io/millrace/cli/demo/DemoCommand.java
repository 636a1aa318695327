package io.millrace.cli.demo;

import io.millrace.cli.local.LocalJob;
import io.millrace.cli.local.WebPort;
import io.millrace.cli.preview.Preview;
import io.millrace.cli.shell.Failures;
import io.millrace.cli.shell.Interruption;
import io.millrace.cli.shell.ModelArgument;
import io.millrace.cli.shell.RootCause;
import io.millrace.cli.shell.UnusableException;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.kafka.arguments.ConfigOptionArguments;
import io.millrace.kafka.broker.EmbeddedBroker;
import io.millrace.kafka.check.UnusableKafkaException;
import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.model.fetch.ResolvedModel;
import io.millrace.model.read.ModelDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code millrace demo}. */
@Command(
        name = "demo",
        header = "Shows the whole thing at work, on this machine alone.",
        description = {
            "",
            "Starts a Kafka and a Flink in this process, streams short messages through an encoder"
                    + " and shows, as they come, how fast and which texts are near each other. Ends"
                    + " by itself and leaves nothing behind. Without --model it runs the bundled"
                    + " all-MiniLM-L6-v2.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  millrace demo",
            "  millrace demo --records 20000 --model BAAI/bge-small-en-v1.5 --input my-texts.jsonl"
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:every record came out, as a vector or as a dead letter",
            "1:some did not, or the job failed",
            "2:the arguments or the model directory cannot be used",
            "130:it was stopped before its end"
        })
public final class DemoCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(DemoCommand.class);
    private static final int INTERRUPTED = 130;
    private static final String TRAINED = "all-MiniLM-L6-v2";
    private static final String UNTRAINED = "demo";

    /** Once all records have come out, so that the page has something to show. */
    private static final Duration BETWEEN_MESSAGES = Duration.ofMillis(100);

    private final ConfigOptionArguments arguments = new ConfigOptionArguments();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--records",
            paramLabel = "N",
            description =
                    "How many messages to stream; the texts are sent again and again."
                            + " Default: 1000, or with --input each line once.")
    private @Nullable Integer records;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description =
                    "Your texts: one a line, or *.jsonl with a field 'text'. Default: bundled"
                            + " messages.")
    private @Nullable Path input;

    @Option(
            names = "--keep",
            description =
                    "Stay up until Ctrl-C, with ten messages a second, a page that shows them at"
                            + " work and lets you search, and Flink's web interface.")
    private boolean keep;

    private DemoCommand() {}

    /** The command, to be added to its parent. */
    public static CommandLine create() {
        DemoCommand demo = new DemoCommand();
        CommandLine command = new CommandLine(demo);
        demo.arguments.addGroup(
                command.getCommandSpec(),
                "Encoding",
                EncodeOptions.class,
                List.of(EncodeOptions.MODEL, EncodeOptions.PRECISION));
        return command;
    }

    @Override
    public Integer call() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        DemoScreen screen = new DemoScreen(out);
        if (records != null && records < 1) {
            throw new UnusableException("--records: expected at least 1, found " + records);
        }
        Configuration given = arguments.configuration(spec.commandLine().getParseResult());
        @Nullable String model = given.getOptional(EncodeOptions.MODEL).orElse(null);
        ResolvedModel resolved =
                model == null
                        ? bundledModel()
                        : ModelArgument.resolve(model, spec.commandLine().getErr());
        ModelDirectory directory =
                resolved.adapter()
                        .map(
                                adapter ->
                                        ModelDirectory.open(
                                                resolved.directory(), adapter.directory()))
                        .orElseGet(() -> ModelDirectory.open(resolved.directory()));
        DemoTexts texts = texts();
        long count = records == null ? defaultRecords(texts) : records;
        int parallelism = Runtime.getRuntime().availableProcessors();
        @Nullable Integer webPort = keep ? WebPort.usualOrAny(WebPort.FLINK) : null;

        EncodeOptions encode =
                DemoKafka.encodeOptions(resolved, given.get(EncodeOptions.PRECISION));
        screen.line(
                "%d texts through Kafka, Flink and an encoder, in this process.".formatted(count));
        screen.line("");
        DemoStream.End end;
        DemoReceiver received;
        long sent;
        try (Interruption interruption = Interruption.listen();
                EmbeddedBroker broker = startKafka(screen, parallelism);
                DemoReceiver receiver = new DemoReceiver(broker.bootstrapServers(), texts);
                DemoSender sender = new DemoSender(broker.bootstrapServers(), texts, count);
                @Nullable Preview preview = keep ? preview(encode, kafka(broker, texts)) : null;
                LocalJob job =
                        startFlink(
                                screen,
                                parallelism,
                                encode,
                                kafka(broker, texts),
                                webPort,
                                preview == null ? UnaryOperator.identity() : preview.tap())) {
            screen.model(directory);
            if (preview != null) {
                preview.follow(job);
                screen.line("Look at it: " + preview.url());
                screen.line("");
            }
            boolean untrained = model == null && resolved.directory().endsWith(UNTRAINED);
            if (untrained) {
                screen.untrained();
            }
            end =
                    new DemoStream(sender, receiver, job, interruption, screen)
                            .run(count, untrained ? List.of() : texts.telling());
            received = receiver;
            sent = sender.sent();
            if (preview != null && end == DemoStream.End.COMPLETE) {
                screen.line(result(sent, receiver));
                screen.line("Look at it: %s, with ten messages a second.".formatted(preview.url()));
                screen.line("Flink's web interface: http://localhost:" + webPort);
                screen.line(
                        "Kafka: %s, topics %s and %s. Ctrl-C ends it all."
                                .formatted(
                                        broker.bootstrapServers(),
                                        DemoKafka.TEXTS,
                                        DemoKafka.VECTORS));
                while (!interruption.await(BETWEEN_MESSAGES)) {
                    sender.sendNext();
                }
                return 0;
            }
        } catch (ExecutionException e) {
            LOG.debug("The job failed", e);
            spec.commandLine().getErr().println("millrace demo: " + RootCause.of(e));
            return Failures.FAILED;
        }
        screen.line(result(sent, received));
        return switch (end) {
            case COMPLETE -> 0;
            case INCOMPLETE -> Failures.FAILED;
            case INTERRUPTED -> INTERRUPTED;
        };
    }

    private static KafkaJobOptions kafka(EmbeddedBroker broker, DemoTexts texts) {
        return DemoKafka.jobOptions(broker.bootstrapServers(), texts.format());
    }

    private static Preview preview(EncodeOptions encode, KafkaJobOptions kafka)
            throws IOException, InterruptedException {
        return Preview.open(WebPort.usualOrAny(Preview.USUAL_PORT), encode, kafka);
    }

    private static String result(long sent, DemoReceiver receiver) {
        return "%d records in, %d embeddings out, %d rejected"
                .formatted(sent, receiver.embedded(), receiver.rejected());
    }

    private DemoTexts texts() throws IOException {
        return input == null
                ? DemoTexts.bundled()
                : DemoTexts.of(input, records == null ? Integer.MAX_VALUE : records);
    }

    private long defaultRecords(DemoTexts texts) {
        return input == null ? 1000 : texts.messages().size();
    }

    private static EmbeddedBroker startKafka(DemoScreen screen, int partitions)
            throws UnusableKafkaException {
        screen.begin("Kafka", "starting");
        long start = System.nanoTime();
        EmbeddedBroker broker = DemoKafka.start(partitions);
        screen.done(secondsSince(start), ", one node at " + broker.bootstrapServers());
        return broker;
    }

    private static LocalJob startFlink(
            DemoScreen screen,
            int parallelism,
            EncodeOptions encode,
            KafkaJobOptions kafka,
            @Nullable Integer webPort,
            UnaryOperator<DataStream<EmbeddingRecord>> tap)
            throws Exception {
        screen.begin("Flink", "starting");
        long start = System.nanoTime();
        LocalJob job = LocalJob.start(encode, kafka, new LocalJob.Place(null, webPort), tap);
        screen.done(secondsSince(start), ", each step on %d threads".formatted(parallelism));
        return job;
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    /** The trained one, unless it could not be had when this was built. */
    private static ResolvedModel bundledModel() {
        Path models = Path.of(System.getProperty("millrace.home", ""), "models");
        Path trained = models.resolve(TRAINED);
        return Files.isRegularFile(trained.resolve("config.json"))
                ? new ResolvedModel(trained, TRAINED)
                : new ResolvedModel(models.resolve(UNTRAINED), UNTRAINED);
    }
}
