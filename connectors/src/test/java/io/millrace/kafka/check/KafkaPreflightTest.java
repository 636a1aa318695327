package io.millrace.kafka.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.kafka.broker.EmbeddedBroker;
import io.millrace.kafka.options.Delivery;
import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.kafka.testing.Topics;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

final class KafkaPreflightTest {
    private static EmbeddedBroker broker;
    private static Topics topics;
    private String input;

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedBroker.start(0, Map.of("transaction.max.timeout.ms", "60000"));
        topics = new Topics(broker.bootstrapServers());
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void nameTopics(TestInfo test) {
        input = test.getTestMethod().orElseThrow().getName();
    }

    @Test
    void anAddressWhereNobodyAnswersIsNamed() {
        Configuration config = config();
        config.setString("bootstrap-servers", "localhost:1");

        assertThatThrownBy(
                        () ->
                                KafkaPreflight.check(
                                        KafkaJobOptions.from(config), Duration.ofSeconds(1)))
                .isInstanceOf(UnusableKafkaException.class)
                .hasMessageStartingWith(
                        "Option 'bootstrap-servers': no Kafka answered at localhost:1 within 1 s");
    }

    @Test
    void anAddressThatIsNoneIsNamed() {
        Configuration config = config();
        config.setString("bootstrap-servers", "no-port");

        assertThatThrownBy(() -> KafkaPreflight.check(KafkaJobOptions.from(config)))
                .isInstanceOf(UnusableKafkaException.class)
                .hasMessageContaining("no client for no-port");
    }

    @Test
    void aMissingInputTopicIsNamed() {
        assertThatThrownBy(() -> check(config()))
                .isInstanceOf(UnusableKafkaException.class)
                .hasMessage(
                        "Option 'input-topic': %s is not there on %s. Create it, or check its name and the broker's address."
                                .formatted(input, broker.bootstrapServers()));
    }

    @Test
    void missingOutputTopicsAreNamed() throws Exception {
        topics.create(1, input);

        assertThatThrownBy(() -> check(config()))
                .isInstanceOf(UnusableKafkaException.class)
                .hasMessage(
                        "Options 'output-topic' and 'dead-letter-topic': %1$s-out, %1$s-out.dead-letters are not there on %2$s. Create with --create-topics, or by hand."
                                .formatted(input, broker.bootstrapServers()));
    }

    @Test
    void missingOutputTopicsAreMadeOnRequest() throws Exception {
        topics.create(3, input);
        Configuration config = config();
        config.setString("create-topics", "true");
        config.setString("max-record-bytes", "4000000");

        check(config);

        assertThat(topics.partitions(input + "-out")).hasSize(3);
        assertThat(topics.partitions(input + "-out.dead-letters")).hasSize(3);
        assertThatCode(() -> check(config)).doesNotThrowAnyException();
    }

    @Test
    void aTransactionTimeoutAboveTheBrokersIsRefused() throws Exception {
        topics.create(1, input, input + "-out", input + "-out.dead-letters");
        Configuration config = config();
        check(config);
        config.set(KafkaJobOptions.DELIVERY, Delivery.EXACTLY_ONCE);

        assertThatThrownBy(() -> check(config))
                .isInstanceOf(UnusableKafkaException.class)
                .hasMessageStartingWith(
                        "Option 'transaction-timeout': expected at most the broker's transaction.max.timeout.ms of 60000 ms, found 900000 ms.");
    }

    @Test
    void recordsLargerThanATopicTakesAreRefused() throws Exception {
        topics.create(1, input, input + "-out", input + "-out.dead-letters");
        Configuration config = config();
        config.setString("max-record-bytes", "4000000");

        assertThatThrownBy(() -> check(config))
                .isInstanceOf(UnusableKafkaException.class)
                .hasMessage(
                        "Option 'max-record-bytes': expected topics with max.message.bytes of at least 4000000, found that %1$s-out has 1048588, %1$s-out.dead-letters has 1048588."
                                .formatted(input));
    }

    @Test
    void aDeadLetterTopicThatForgetsIsRefused() throws Exception {
        topics.create(1, input, input + "-out");
        topics.create(1, Map.of("cleanup.policy", "compact,delete"), input + "-out.dead-letters");

        assertThatThrownBy(() -> check(config()))
                .isInstanceOf(UnusableKafkaException.class)
                .hasMessageStartingWith(
                        "Option 'dead-letter-topic': expected a topic that takes and keeps every record, found %s-out.dead-letters compacted"
                                .formatted(input));
    }

    @Test
    void theRulesOfATopicAreItsConfiguration() throws Exception {
        topics.create(
                1,
                Map.of(
                        "cleanup.policy",
                        "compact",
                        "max.message.bytes",
                        "5000000",
                        "segment.bytes",
                        "2000000",
                        "message.timestamp.before.max.ms",
                        "1000"),
                input);
        topics.create(1, Map.of("message.timestamp.type", "LogAppendTime"), input + "-append");

        assertThat(rules(input)).isEqualTo(new TopicRules(true, 2_000_000, 1_000, 3_600_000));
        assertThat(rules(input + "-append"))
                .isEqualTo(new TopicRules(false, 1_048_588, Long.MAX_VALUE, Long.MAX_VALUE));
        assertThat(rules(input + "-nowhere")).isEqualTo(TopicRules.UNKNOWN);
    }

    private TopicRules rules(String topic) throws UnusableKafkaException {
        return TopicRules.read(
                KafkaJobOptions.from(config()).adminConfig(), broker.bootstrapServers(), topic);
    }

    private static void check(Configuration config) throws UnusableKafkaException {
        KafkaPreflight.check(KafkaJobOptions.from(config));
    }

    private Configuration config() {
        Configuration config = new Configuration();
        config.setString("bootstrap-servers", broker.bootstrapServers());
        config.setString("input-topic", input);
        config.setString("output-topic", input + "-out");
        return config;
    }
}
