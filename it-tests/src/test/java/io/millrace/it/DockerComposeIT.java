package io.millrace.it;

import static org.apache.kafka.common.IsolationLevel.READ_COMMITTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.it.container.Compose;
import io.millrace.it.container.RequiresDocker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * {@code docker-compose.yml} as shipped, with its own model: what its reader does with it, and what
 * a cluster owes.
 */
@RequiresDocker(compose = true)
@Timeout(300)
class DockerComposeIT {
    private static final GoldenModel MODEL = GoldenModel.trained();
    private static final Messages MESSAGES = new Messages(MODEL);

    /** One that a shell takes as it is. */
    private static final int CONSOLE_TEXT = 45;

    private static final int KAFKA_PORT = freePort();
    private static final KafkaTopics TOPICS = new KafkaTopics("localhost:" + KAFKA_PORT);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String KAFKA_BIN = "/opt/kafka/bin/";

    /**
     * The second job finds TensorFlow loaded and the first job's memory given back. What it may add
     * is Java heap not touched before and classes not unloaded yet; a second TensorFlow or a second
     * set of its buffers would be more.
     */
    private static final long MAX_GROWTH_BYTES = 256L * 1024 * 1024;

    @RegisterExtension
    static final Compose COMPOSE =
            new Compose(
                    "millrace-it-" + ProcessHandle.current().pid(),
                    Map.of(
                            "MILLRACE_KAFKA_PORT", Integer.toString(KAFKA_PORT),
                            "MILLRACE_FLINK_PORT", Integer.toString(freePort())));

    @Test
    void textsBecomeVectorsAndASecondJobRunsWhereTheFirstDid() throws Exception {
        lineOnTheConsoleBecomesItsVector();

        int count = 2 * MODEL.texts().size();
        encode(0, count);
        String taskManager = COMPOSE.container("taskmanager");
        Set<String> libraries = nativeLibraries();
        long memory = residentBytes();

        COMPOSE.exec("jobmanager", "flink", "cancel", runningJob());
        COMPOSE.run("up", "-d", "job");
        encode(count, 2 * count);

        assertThat(COMPOSE.container("taskmanager")).isEqualTo(taskManager);
        assertThat(libraries).hasSize(1);
        assertThat(nativeLibraries()).isEqualTo(libraries);
        assertThat(residentBytes()).isLessThan(memory + MAX_GROWTH_BYTES);
    }

    private static void lineOnTheConsoleBecomesItsVector() {
        COMPOSE.exec(
                "kafka",
                "bash",
                "-c",
                "echo '%s' | %skafka-console-producer.sh --bootstrap-server kafka:9092 --topic texts"
                        .formatted(MODEL.texts().get(CONSOLE_TEXT), KAFKA_BIN));
        String vector =
                COMPOSE.exec(
                        "kafka",
                        KAFKA_BIN + "kafka-console-consumer.sh",
                        "--bootstrap-server=kafka:9092",
                        "--topic=vectors",
                        "--from-beginning",
                        "--max-messages=1");
        MODEL.assertVector(CONSOLE_TEXT, Messages.vector(vector.lines().findFirst().orElseThrow()));
    }

    /** Sends these messages and waits for their vectors; the job is at-least-once. */
    private static void encode(int from, int to) throws Exception {
        TOPICS.write(MESSAGES.range("texts", from, to));
        Set<Integer> expected = IntStream.range(from, to).boxed().collect(Collectors.toSet());
        List<ConsumerRecord<byte[], byte[]>> vectors =
                TOPICS.read(
                        "vectors",
                        READ_COMMITTED,
                        found -> numbers(found).containsAll(expected),
                        PATIENCE);
        assertThat(numbers(vectors)).containsAll(expected);
        vectors.stream()
                .filter(vector -> vector.key() != null)
                .forEach(vector -> MESSAGES.assertVectorOf(Messages.number(vector), vector));
    }

    private static Set<Integer> numbers(List<ConsumerRecord<byte[], byte[]>> vectors) {
        return vectors.stream()
                .filter(vector -> vector.key() != null)
                .map(Messages::number)
                .collect(Collectors.toSet());
    }

    private static String runningJob() {
        return only(
                "([0-9a-f]{32}) : .* \\(RUNNING\\)", COMPOSE.exec("jobmanager", "flink", "list"));
    }

    /** Files of TensorFlow's Java binding that the TaskManager has mapped. */
    private static Set<String> nativeLibraries() {
        return Pattern.compile("\\S*/libjnitensorflow\\S*")
                .matcher(COMPOSE.exec("taskmanager", "cat", "/proc/1/maps"))
                .results()
                .map(library -> library.group())
                .collect(Collectors.toSet());
    }

    private static long residentBytes() {
        String status = COMPOSE.exec("taskmanager", "cat", "/proc/1/status");
        return 1024 * Long.parseLong(only("VmRSS:\\s+(\\d+) kB", status));
    }

    private static String only(String pattern, String text) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as("%s in %s", pattern, text).isTrue();
        return matcher.group(1);
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
