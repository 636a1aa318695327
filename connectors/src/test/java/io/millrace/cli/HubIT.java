package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.kafka.broker.EmbeddedBroker;
import io.millrace.kafka.testing.Topics;
import io.millrace.model.testing.FakeHub;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands with a model of the Hub, which is on this machine. */
@SuppressWarnings("NullAway.Init") // JUnit sets what is set before each test
class HubIT {
    private static final Path GOLDEN =
            Path.of(System.getProperty("millrace.golden")).resolve("bert-mean");

    private final Map<String, String> environment = new HashMap<>();

    @TempDir Path directory;
    private FakeHub hub;

    @BeforeEach
    void startHub() throws Exception {
        hub = FakeHub.start().putAll(GOLDEN);
        environment.put("HF_ENDPOINT", hub.endpoint());
        environment.put("HF_HUB_CACHE", directory.resolve("cache").toString());
    }

    @AfterEach
    void stopHub() {
        hub.close();
    }

    @Test
    void vectorsAreThoseOfTheDirectory() throws Exception {
        String[] files = {"--input", "-", "--output", "-"};
        Cli local = launch("text\n", "embed", GOLDEN.toString(), files);

        Cli fetched = launch("text\n", "embed", FakeHub.ID, files);
        hub.close();
        environment.put("HF_HUB_OFFLINE", "1");
        Cli offline = launch("text\n", "embed", FakeHub.ID, files);

        assertThat(fetched.status()).describedAs(fetched.err()).isZero();
        assertThat(fetched.out()).isEqualTo(local.out()).contains("\"embedding\":[");
        assertThat(fetched.err()).contains("Fetching acme/tiny-bert@" + FakeHub.COMMIT);
        assertThat(offline.out()).isEqualTo(local.out());
        assertThat(offline.err()).doesNotContain("Fetching");
    }

    @Test
    void inspectTellsModelAndCommit() throws Exception {
        Cli cli = launch("", "inspect", FakeHub.ID + "@v1");

        assertThat(cli.status()).describedAs(cli.err()).isZero();
        assertThat(cli.out()).startsWith(FakeHub.ID).contains(FakeHub.COMMIT);
    }

    @Test
    void misspeltModelIsRefused() throws Exception {
        Cli embed = launch("", "embed", "acme/tiny-brt", "--input", "-", "--output", "-");
        Cli inspect = launch("", "inspect", "acme/tiny-brt", "--json");

        assertThat(embed.status()).isEqualTo(2);
        assertThat(embed.err())
                .contains(
                        "millrace embed: acme/tiny-brt: no such directory here, and at localhost");
        assertThat(inspect.status()).isEqualTo(2);
        assertThat(inspect.out()).contains("\"runs\" : false", "Check the spelling");
    }

    @Test
    void hubThatIsNotThereFailsTheWork() throws Exception {
        hub.close();

        Cli cli = launch("", "embed", FakeHub.ID, "--input", "-", "--output", "-");

        assertThat(cli.status()).isEqualTo(1);
        assertThat(cli.err()).contains("cannot be fetched from localhost: no connection");
    }

    @Test
    void jobRunsAtOneCommit() throws Exception {
        List<String> arguments = new ArrayList<>();
        try (EmbeddedBroker broker = EmbeddedBroker.start()) {
            Topics topics = new Topics(broker.bootstrapServers());
            topics.create(1, "texts");
            topics.write(
                    List.of(
                            new ProducerRecord<>(
                                    "texts", "text".getBytes(StandardCharsets.UTF_8))));
            arguments.addAll(List.of("--bootstrap-servers", broker.bootstrapServers()));
            arguments.addAll(List.of("--input-topic", "texts", "--output-topic", "vectors"));
            arguments.addAll(List.of("--create-topics", "--bounded"));

            Cli cli = launch("", "run", FakeHub.ID, arguments.toArray(String[]::new));

            assertThat(cli.status()).describedAs(cli.err()).isZero();
            ConsumerRecord<byte[], byte[]> vector = topics.read("vectors").get(0);
            assertThat(header(vector, "millrace.model")).isEqualTo(FakeHub.ID);
            assertThat(header(vector, "millrace.revision")).isEqualTo(FakeHub.COMMIT);
        }
        assertThat(hub.requests())
                .filteredOn(request -> request.path().contains("/api/"))
                .hasSize(1);
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private Cli launch(String stdin, String command, String model, String... more)
            throws Exception {
        List<String> arguments = new ArrayList<>(List.of(command, "--model", model));
        arguments.addAll(List.of(more));
        Path work = Files.createTempDirectory(directory, "run");
        return Cli.launch(work, stdin, environment, arguments.toArray(String[]::new));
    }
}
