package io.millrace.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.kafka.broker.EmbeddedBroker;
import io.millrace.kafka.check.NewTopics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The job on a Flink in its own process: ended by its input, by a signal, by a kill. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@SuppressWarnings("NullAway.Init") // JUnit sets what is set before each test
class RunIT {
    private static final Duration POLL = Duration.ofMillis(200);
    private static final int PARTITIONS = 2;

    private static EmbeddedBroker broker;

    @TempDir Path directory;
    private String input;
    private String output;
    private @Nullable Process process;

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedBroker.start();
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void createTopic(TestInfo test) throws Exception {
        input = test.getTestMethod().orElseThrow().getName();
        output = input + "-vectors";
        try (Admin admin = Admin.create(client())) {
            NewTopics.create(
                    admin,
                    List.of(new NewTopic(input, PARTITIONS, (short) 1)),
                    Duration.ofSeconds(30));
        }
    }

    @AfterEach
    void stop() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Test
    void boundedInputIsReadToItsEnd() throws Exception {
        send(0, 300);

        Cli cli = Cli.launch(directory, "", arguments("--bounded"));

        assertThat(cli.status()).describedAs(cli.err()).isZero();
        assertThat(cli.err()).contains("300 records in, 300 embeddings out, 0 rejected");
        assertThat(keys(300)).containsExactlyInAnyOrderElementsOf(numbers(0, 300));

        send(300, 320);
        Cli next = Cli.launch(directory, "", arguments("--bounded"));
        assertThat(next.status()).describedAs(next.err()).isZero();
        assertThat(keys(320)).containsAll(numbers(0, 320));
    }

    @Test
    void stoppedInOrderTheNextRunGoesOnWhereItStopped() throws Exception {
        send(0, 200);
        start();
        keys(200);

        assertThat(stopInOrder()).contains("200 records in, 200 embeddings out");
        send(200, 300);
        start();
        keys(300);

        assertThat(stopInOrder()).contains("100 records in, 100 embeddings out");
        assertThat(keys(300)).containsExactlyInAnyOrderElementsOf(numbers(0, 300));
    }

    @Test
    void killedAndStartedAgainEveryTextHasOneVector() throws Exception {
        String[] exactlyOnce = {"--delivery", "exactly-once", "--checkpoint-interval", "300ms"};
        send(0, 2_000);
        start(exactlyOnce);
        keys(1);
        send(2_000, 4_000);

        requireNonNull(process).destroyForcibly().waitFor();
        start(exactlyOnce);
        keys(4_000);
        stopInOrder();

        assertThat(keys(4_000)).containsExactlyInAnyOrderElementsOf(numbers(0, 4_000));
    }

    @Test
    void boundedRunDoesNotGoOnFromOneWithoutEnd() throws Exception {
        send(0, 10);
        start();
        keys(10);
        stopInOrder();

        Cli bounded = Cli.launch(directory, "", arguments("--bounded"));

        assertThat(bounded.status()).isEqualTo(2);
        assertThat(bounded.err())
                .contains("expected the state of a run with --bounded, found that of one without");
    }

    @Test
    void stateDirectoryIsForOneRunAtATime() throws Exception {
        String state = directory.resolve("state").toString();
        send(0, 10);
        start("--state-dir", state);
        keys(10);

        Cli second = Cli.launch(directory, "", arguments("--state-dir", state));

        assertThat(second.status()).isEqualTo(2);
        assertThat(second.err()).contains("State directory " + state, "in use");
    }

    @Test
    void stateThatCannotBeReadFailsTheJobWithItsReason() throws Exception {
        Path state = directory.resolve("broken");
        Path checkpoint = state.resolve("unbounded/checkpoints/job/chk-1");
        Files.createDirectories(checkpoint);
        Files.writeString(checkpoint.resolve("_metadata"), "no checkpoint");

        Cli cli = Cli.launch(directory, "", arguments("--state-dir", state.toString()));

        assertThat(cli.status()).isEqualTo(1);
        assertThat(cli.err()).contains("millrace run: ", "magic number").doesNotContain("\tat ");
    }

    @Test
    void webPortThatIsTakenIsNamed() {
        String port = broker.bootstrapServers().replaceAll(".*:", "");

        Cli cli = Cli.run(arguments("--web-ui", port));

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err()).contains("--web-ui: expected a free port, found " + port + " taken");
    }

    @Test
    void brokerThatDoesNotAnswerIsNamed() throws Exception {
        Cli cli =
                Cli.launch(
                        directory,
                        "",
                        "run",
                        "--bootstrap-servers",
                        "localhost:1",
                        "--input-topic",
                        "a",
                        "--output-topic",
                        "b",
                        "--model",
                        model());

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err()).contains("localhost:1").doesNotContain("\tat ");
    }

    @Test
    void topicThatIsMissingIsNamed() throws Exception {
        Cli cli =
                Cli.launch(
                        directory,
                        "",
                        "run",
                        "--bootstrap-servers",
                        broker.bootstrapServers(),
                        "--input-topic",
                        "nowhere",
                        "--output-topic",
                        "b",
                        "--model",
                        model());

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err()).contains("nowhere").doesNotContain("\tat ");
    }

    @Test
    void modelThatCannotBeRunIsRefused() {
        Cli cli =
                Cli.run(
                        "run",
                        "--bootstrap-servers",
                        broker.bootstrapServers(),
                        "--input-topic",
                        input,
                        "--output-topic",
                        output,
                        "--model",
                        directory.toString());

        assertThat(cli.status()).isEqualTo(2);
        assertThat(cli.err()).contains("config.json");
    }

    private void start(String... more) throws IOException {
        process = Cli.start(directory, stdin(), arguments(more));
    }

    /** What it said. */
    private String stopInOrder() throws Exception {
        Process run = requireNonNull(process);
        run.toHandle().destroy(); // Process.destroy would close its streams too
        String err = new String(run.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(run.waitFor()).describedAs(err).isZero();
        return err;
    }

    private String[] arguments(String... more) {
        List<String> arguments = new ArrayList<>();
        arguments.addAll(List.of("run", "--bootstrap-servers", broker.bootstrapServers()));
        arguments.addAll(List.of("--input-topic", input, "--output-topic", output));
        arguments.addAll(List.of("--create-topics", "--model", model(), "--parallelism", "2"));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    private static String model() {
        return Cli.home().resolve("models/demo").toString();
    }

    private Path stdin() throws IOException {
        return Files.writeString(directory.resolve("stdin"), "");
    }

    private static Map<String, Object> client() {
        return Map.of("bootstrap.servers", broker.bootstrapServers());
    }

    private void send(int from, int to) {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(client(), new StringSerializer(), new StringSerializer())) {
            for (String key : numbers(from, to)) {
                Future<RecordMetadata> unused =
                        producer.send(new ProducerRecord<>(input, key, "text number " + key));
            }
        }
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    /** Keys of the committed vectors, waiting until there are as many; and of those that follow. */
    private List<String> keys(int atLeast) {
        List<String> keys = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers", broker.bootstrapServers(),
                                "isolation.level", "read_committed",
                                "auto.offset.reset", "earliest"),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            Set<TopicPartition> partitions = new HashSet<>();
            while (partitions.isEmpty()) {
                consumer.listTopics()
                        .getOrDefault(output, List.of())
                        .forEach(p -> partitions.add(new TopicPartition(output, p.partition())));
            }
            consumer.assign(partitions);
            boolean more = true;
            while (keys.size() < atLeast || more) {
                more = false;
                for (ConsumerRecord<String, String> record : consumer.poll(POLL)) {
                    keys.add(record.key());
                    more = true;
                }
            }
        }
        return keys;
    }
}
