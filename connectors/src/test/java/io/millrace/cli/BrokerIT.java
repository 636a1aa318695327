package io.millrace.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The broker as people start and stop it. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class BrokerIT {
    private static final String READY = "Kafka is ready at ";

    @TempDir Path directory;
    private @Nullable Process process;

    @AfterEach
    void stop() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void topicsAreThereAndASignalStopsIt() throws Exception {
        String address = start("--port", "0", "--topic", "texts:3", "--topic", "vectors");

        assertThat(partitions(address, "texts")).isEqualTo(3);
        assertThat(partitions(address, "vectors")).isEqualTo(1);

        assertThat(stopped()).isZero();
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left.map(Path::getFileName).map(Path::toString))
                    .noneMatch(name -> name.startsWith("millrace-broker"));
        }
    }

    @Test
    void dataDirectoryKeepsTheTopics() throws Exception {
        Path data = directory.resolve("data");
        start("--port", "0", "--data-dir", data.toString(), "--topic", "texts:2");
        stopped();

        String address = start("--port", "0", "--data-dir", data.toString(), "--topic", "texts:5");

        assertThat(partitions(address, "texts")).isEqualTo(2);
    }

    @Test
    void portThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Cli cli = Cli.run("broker", "--port", String.valueOf(taken.getLocalPort()));

            assertThat(cli.status()).isEqualTo(2);
            assertThat(cli.err()).contains("Port " + taken.getLocalPort());
        }
    }

    /** Starts a broker; its temporary files are in the test's directory. */
    private String start(String... options) throws Exception {
        List<String> arguments = new ArrayList<>(List.of("broker"));
        arguments.addAll(List.of(options));
        Path stdin = Files.writeString(directory.resolve("stdin"), "");
        process = Cli.start(directory, stdin, arguments.toArray(String[]::new));
        String line = process.inputReader().readLine();
        assertThat(line).startsWith(READY);
        return line.substring(READY.length());
    }

    private static int partitions(String address, String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", address))) {
            return admin.describeTopics(Set.of(topic))
                    .allTopicNames()
                    .get()
                    .values()
                    .iterator()
                    .next()
                    .partitions()
                    .size();
        }
    }

    private int stopped() throws InterruptedException {
        Process broker = requireNonNull(process);
        broker.destroy();
        return broker.waitFor();
    }
}
