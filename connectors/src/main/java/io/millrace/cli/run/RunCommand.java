package io.millrace.cli.run;

import static java.util.Objects.requireNonNull;

import io.millrace.cli.local.FailureCause;
import io.millrace.cli.local.JobCounts;
import io.millrace.cli.local.LocalJob;
import io.millrace.cli.local.StateDirectory;
import io.millrace.cli.local.WebPort;
import io.millrace.cli.preview.Preview;
import io.millrace.cli.shell.Failures;
import io.millrace.cli.shell.Interruption;
import io.millrace.cli.shell.ModelArgument;
import io.millrace.cli.shell.Terminal;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.kafka.KafkaEncodeCommand;
import io.millrace.kafka.check.KafkaPreflight;
import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.model.fetch.ResolvedModel;
import io.millrace.model.read.ModelDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** {@code millrace run}: the options of the Kafka job, and those of a Flink in this process. */
public final class RunCommand {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private static final String ANY_PORT = "0";

    private final LocalOptions local = new LocalOptions();
    private @Nullable CommandLine command;

    private RunCommand() {}

    /** Options of a Flink in this process. */
    static final class LocalOptions {
        @Option(
                names = "--state-dir",
                paramLabel = "DIR",
                description =
                        "Where this job's checkpoints are. Default: one directory for each Kafka"
                                + " cluster and --group-id, below ~/.local/state/millrace.")
        private @Nullable Path stateDirectory;

        @Option(
                names = "--web-ui",
                paramLabel = "PORT",
                description = "Show Flink's web interface on this port of this machine.")
        private @Nullable Integer webPort;

        @Option(
                names = "--preview",
                paramLabel = "PORT",
                arity = "0..1",
                fallbackValue = ANY_PORT,
                description =
                        "Serve a page on this machine that shows the job at work: its pace, the"
                                + " newest texts, a search among them, a map of their vectors. Without"
                                + " PORT: 8090, or a free one.")
        private @Nullable Integer previewPort;
    }

    /** The command, to be added to its parent. */
    public static CommandLine create() {
        RunCommand run = new RunCommand();
        CommandLine command = KafkaEncodeCommand.create("millrace run", run::execute);
        run.command = command;
        CommandSpec spec = command.getCommandSpec();
        spec.name("run");
        spec.addMixin("local", CommandSpec.forAnnotatedObject(run.local));
        spec.usageMessage()
                .header("Runs the Kafka job on a Flink in this process.")
                .description(
                        "",
                        "Reads texts from Kafka, writes their vectors to Kafka. Keys, headers and"
                                + " timestamps pass through; what gets no vector goes to the dead"
                                + " letters.",
                        "",
                        "Its checkpoints stay in --state-dir, and the next run goes on from the"
                                + " last one, after Ctrl-C as after a crash: no text is lost, and with"
                                + " --delivery exactly-once each has one vector. To start over, remove"
                                + " the directory or choose another --group-id.",
                        "")
                .exitCodeListHeading("%nExit status:%n")
                .exitCodeList(exitStatuses());
        return command;
    }

    private static Map<String, String> exitStatuses() {
        Map<String, String> statuses = new LinkedHashMap<>();
        statuses.put(
                "0", "a bounded input was read to its end, or a signal stopped the job in order");
        statuses.put("1", "the job failed, or was cut short by a signal");
        statuses.put("2", "the arguments, the model directory or Kafka cannot be used");
        return statuses;
    }

    private int execute(EncodeOptions encode, KafkaJobOptions kafka) throws Exception {
        PrintWriter err = requireNonNull(command).getErr();
        if (local.webPort != null) {
            WebPort.require("--web-ui", local.webPort);
        }
        @Nullable Integer previewPort = previewPort();
        ResolvedModel model =
                ModelArgument.resolve(encode.model(), encode.encoder().adapter(), err);
        model.adapter()
                .ifPresentOrElse(
                        adapter -> ModelDirectory.open(model.directory(), adapter.directory()),
                        () -> ModelDirectory.open(model.directory()));
        KafkaPreflight.check(kafka);
        EncodeOptions pinned =
                encode.withModel(model.name(), model.adapter().map(ResolvedModel::name));
        try (Interruption interruption = Interruption.listen();
                StateDirectory state = StateDirectory.open(stateDirectory(kafka), kind(kafka));
                @Nullable Preview preview =
                        previewPort == null ? null : Preview.open(previewPort, pinned, kafka);
                LocalJob job =
                        LocalJob.start(
                                pinned,
                                kafka,
                                new LocalJob.Place(state, local.webPort),
                                preview == null ? UnaryOperator.identity() : preview.tap())) {
            err.println("State: " + state.path());
            if (preview != null) {
                preview.follow(job);
                err.println("Preview: " + preview.url());
            }
            if (local.webPort != null) {
                err.println("Flink's web interface: http://localhost:" + local.webPort);
            }
            int status = watch(job, interruption, err);
            if (kafka.bounded() && job.isFinished()) {
                state.clear();
            }
            return status;
        }
    }

    private @Nullable Integer previewPort() throws IOException {
        if (local.previewPort == null) {
            return null;
        }
        return local.previewPort.equals(Integer.valueOf(ANY_PORT))
                ? WebPort.usualOrAny(Preview.USUAL_PORT)
                : Integer.valueOf(WebPort.require("--preview", local.previewPort));
    }

    private static StateDirectory.Kind kind(KafkaJobOptions kafka) {
        return kafka.bounded() ? StateDirectory.Kind.BOUNDED : StateDirectory.Kind.UNBOUNDED;
    }

    private Path stateDirectory(KafkaJobOptions kafka)
            throws ExecutionException, InterruptedException {
        if (local.stateDirectory != null) {
            return local.stateDirectory;
        }
        Properties admin = kafka.adminConfig();
        try (Admin client = Admin.create(admin)) {
            return StateDirectory.usual(
                    client.describeCluster().clusterId().get(), kafka.groupId());
        }
    }

    private static int watch(LocalJob job, Interruption interruption, PrintWriter err)
            throws InterruptedException {
        RunProgress progress = new RunProgress(err, Terminal.onStandardError());
        while (!job.isDone() && !interruption.await(SECOND)) {
            progress.show(job.counts());
        }
        progress.end();
        if (!job.isDone()) {
            err.println("Stopping; a second signal ends it at once.");
            boolean inOrder = job.stop();
            err.println(summary(job.counts()));
            if (!inOrder) {
                err.println(
                        "Not stopped in order: the next run goes on from the last checkpoint, and"
                                + " encodes again what came after it.");
            }
            return inOrder ? 0 : Failures.FAILED;
        }
        try {
            job.await();
            err.println(summary(job.counts()));
            return 0;
        } catch (ExecutionException e) {
            LOG.debug("The job failed", e);
            err.println("millrace run: the job failed: " + FailureCause.of(e));
            return Failures.FAILED;
        }
    }

    private static String summary(JobCounts counts) {
        return String.format(
                Locale.ROOT,
                "%,d records in, %,d embeddings out, %,d rejected",
                counts.in(),
                counts.out(),
                counts.rejected());
    }
}
