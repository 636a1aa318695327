package io.millrace.kafka.check;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.kafka.broker.EmbeddedBroker;
import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.kafka.testing.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

@SuppressWarnings("NullAway.Init") // JUnit sets what is set before each test
final class TransactionOwnersTest {
    private static final TransactionOwners.Pause NOBODY_WRITES = () -> {};

    private static EmbeddedBroker broker;
    private String job;
    private KafkaProducer<byte[], byte[]> other;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = EmbeddedBroker.start();
        new Topics(broker.bootstrapServers()).create(1, "out");
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void openATransaction(TestInfo test) throws Exception {
        job = test.getTestMethod().orElseThrow().getName();
        other =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                broker.bootstrapServers(),
                                "transactional.id",
                                job + "-vectors-0-3"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
        other.initTransactions();
        open();
    }

    @AfterEach
    void close() {
        other.close();
    }

    /** Else a job could not be started again after a crash. */
    @Test
    void whatADeadJobLeftOpenIsNoOwner() {
        assertThatCode(() -> require(job, NOBODY_WRITES)).doesNotThrowAnyException();
    }

    @Test
    void aTransactionThatIsWrittenToHasAnOwner() {
        assertThatThrownBy(() -> require(job, this::write))
                .isInstanceOf(UnusableKafkaException.class)
                .hasMessage(
                        ("Option 'transactional-id-prefix': expected '%1$s' to be this job's alone, found that another job"
                                        + " is writing in transaction %1$s-vectors-0-3. Stop that one, or give this one"
                                        + " another prefix.")
                                .formatted(job));
    }

    @Test
    void aTransactionThatIsFollowedByAnotherHasAnOwner() {
        assertThatThrownBy(
                        () ->
                                require(
                                        job,
                                        () -> {
                                            other.commitTransaction();
                                            open();
                                        }))
                .isInstanceOf(UnusableKafkaException.class);
    }

    @Test
    void aTransactionThatEndsSaysNothing() {
        assertThatCode(() -> require(job, other::abortTransaction)).doesNotThrowAnyException();
    }

    @Test
    void aLongerPrefixIsAnotherJobs() {
        assertThatCode(() -> require(job.substring(0, 5), this::write)).doesNotThrowAnyException();
    }

    private void open() {
        other.beginTransaction();
        write();
    }

    private void write() {
        try {
            other.send(new ProducerRecord<>("out", "text".getBytes(UTF_8))).get();
        } catch (ExecutionException | InterruptedException e) {
            throw new IllegalStateException("the broker did not take the record", e);
        }
    }

    private static void require(String prefix, TransactionOwners.Pause betweenLooks)
            throws UnusableKafkaException {
        Configuration config = new Configuration();
        config.setString("bootstrap-servers", broker.bootstrapServers());
        config.setString("input-topic", "in");
        config.setString("output-topic", "out");
        config.setString("transactional-id-prefix", prefix);
        KafkaJobOptions options = KafkaJobOptions.from(config);
        try (AdminRequests requests =
                AdminRequests.open(
                        options.adminConfig(), broker.bootstrapServers(), Duration.ofSeconds(30))) {
            new TransactionOwners(requests, options, betweenLooks).requireNone();
        }
    }
}
