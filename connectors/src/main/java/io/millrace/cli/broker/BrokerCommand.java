package io.millrace.cli.broker;

import io.millrace.cli.shell.Interruption;
import io.millrace.cli.shell.UnusableException;
import io.millrace.kafka.broker.EmbeddedBroker;
import io.millrace.kafka.check.NewTopics;
import io.millrace.kafka.check.UnusableKafkaException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code millrace broker}. */
@Command(
        name = "broker",
        header = "Runs a throw-away single-node Kafka, for trying things.",
        description = {
            "",
            "Prints its address when it is ready and runs until it is stopped (Ctrl-C). One node,"
                    + " one replica, no encryption, reached from this machine only. Without"
                    + " --data-dir its data go when it stops.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  millrace broker --port 9092 --topic texts:2 --topic vectors",
            "  millrace broker --port 9092 --data-dir kafka-data"
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:it was stopped, by Ctrl-C or SIGTERM",
            "1:the broker could not be started",
            "2:the arguments cannot be used, or the port is taken"
        })
public final class BrokerCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int MAX_PORT = 65_535;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Port to listen on; 0 is any free one. Default: ${DEFAULT-VALUE}.")
    private int port = 9092;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description =
                    "Where to keep the data. Started there again, the broker has the same topics"
                            + " and records.")
    private @Nullable Path dataDirectory;

    @Option(
            names = "--topic",
            paramLabel = "NAME[:PARTITIONS]",
            converter = TopicConverter.class,
            description = "Create this topic if it is missing; may be repeated.")
    private List<NewTopic> topics = List.of();

    @Override
    public Integer call() throws Exception {
        if (port < 0 || port > MAX_PORT) {
            throw new UnusableException(
                    "--port: expected 0 to %d, found %d".formatted(MAX_PORT, port));
        }
        try (Interruption interruption = Interruption.listen();
                EmbeddedBroker broker = start()) {
            create(broker.bootstrapServers());
            PrintWriter out = spec.commandLine().getOut();
            out.println("Kafka is ready at " + broker.bootstrapServers());
            out.flush();
            interruption.await();
        }
        return 0;
    }

    private EmbeddedBroker start() {
        try {
            return dataDirectory == null
                    ? EmbeddedBroker.start(port, Map.of())
                    : EmbeddedBroker.start(port, dataDirectory);
        } catch (UncheckedIOException e) {
            throw new UnusableException(String.valueOf(e.getMessage()), e);
        }
    }

    private void create(String bootstrapServers) throws UnusableKafkaException {
        if (topics.isEmpty()) {
            return;
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            NewTopics.create(admin, topics, PATIENCE);
        }
    }

    /** {@code NAME} or {@code NAME:PARTITIONS}. */
    static final class TopicConverter implements ITypeConverter<NewTopic> {
        private static final short ONE_REPLICA = 1;

        @Override
        public NewTopic convert(String value) {
            int colon = value.indexOf(':');
            if (colon < 0) {
                return new NewTopic(value, 1, ONE_REPLICA);
            }
            String partitions = value.substring(colon + 1);
            if (colon == 0 || !partitions.matches("[1-9][0-9]{0,3}")) {
                throw new TypeConversionException(
                        "expected NAME or NAME:PARTITIONS such as texts:4, found " + value);
            }
            return new NewTopic(
                    value.substring(0, colon), Integer.parseInt(partitions), ONE_REPLICA);
        }
    }
}
