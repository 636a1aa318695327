package io.millrace.cli.demo;

import io.millrace.cli.read.LineFormat;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.kafka.broker.EmbeddedBroker;
import io.millrace.kafka.check.NewTopics;
import io.millrace.kafka.check.UnusableKafkaException;
import io.millrace.kafka.options.InputFormat;
import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.kafka.options.OutputFormat;
import io.millrace.model.encode.EncoderOptions;
import io.millrace.model.encode.Precision;
import io.millrace.model.fetch.ResolvedModel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;

/** The demo's Kafka, its topics, and the job's options for them. */
final class DemoKafka {
    static final String TEXTS = "texts";
    static final String VECTORS = "vectors";
    static final String DEAD_LETTERS = "vectors.dead-letters";

    /** The longest line that is read from a file, and what Kafka puts around it. */
    static final int MAX_MESSAGE_BYTES = 17 << 20;

    private static final short ONE_REPLICA = 1;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private DemoKafka() {}

    /** Starts a broker with the topics. */
    static EmbeddedBroker start(int partitions) throws UnusableKafkaException {
        EmbeddedBroker broker =
                EmbeddedBroker.start(
                        0, Map.of("message.max.bytes", String.valueOf(MAX_MESSAGE_BYTES)));
        try (Admin admin =
                Admin.create(
                        Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()))) {
            NewTopics.create(
                    admin,
                    List.of(
                            new NewTopic(TEXTS, partitions, ONE_REPLICA),
                            new NewTopic(VECTORS, partitions, ONE_REPLICA),
                            new NewTopic(DEAD_LETTERS, 1, ONE_REPLICA)),
                    PATIENCE);
            return broker;
        } catch (UnusableKafkaException | RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    static KafkaJobOptions jobOptions(String bootstrapServers, LineFormat format) {
        Configuration options = new Configuration();
        options.set(KafkaJobOptions.BOOTSTRAP_SERVERS, bootstrapServers);
        options.set(KafkaJobOptions.INPUT_TOPIC, List.of(TEXTS));
        options.set(KafkaJobOptions.OUTPUT_TOPIC, VECTORS);
        options.set(KafkaJobOptions.DEAD_LETTER_TOPIC, DEAD_LETTERS);
        options.set(KafkaJobOptions.INPUT_FORMAT, jobFormat(format));
        options.set(KafkaJobOptions.OUTPUT_FORMAT, OutputFormat.FLOAT32);
        return KafkaJobOptions.from(options);
    }

    static EncodeOptions encodeOptions(ResolvedModel model, Precision precision) {
        return EncodeOptions.of(model.directory().toString())
                .withEncoder(
                        EncoderOptions.DEFAULT
                                .withAdapter(model.adapterDirectory())
                                .withPrecision(precision));
    }

    private static InputFormat jobFormat(LineFormat format) {
        return switch (format) {
            case JSONL -> InputFormat.JSON;
            case LINES -> InputFormat.TEXT;
        };
    }
}
