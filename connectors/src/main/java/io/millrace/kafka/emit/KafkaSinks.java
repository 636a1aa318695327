package io.millrace.kafka.emit;

import io.millrace.kafka.commit.GuardedKafkaSink;
import io.millrace.kafka.options.Delivery;
import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.kafka.options.SinkRole;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.TransactionNamingStrategy;
import org.apache.kafka.clients.producer.ProducerConfig;

/** Flink's Kafka sink, as the job's options say. */
public final class KafkaSinks {
    private static final long DEFAULT_BUFFER_MEMORY = 32L * 1024 * 1024;

    /**
     * Vectors come a batch at a time and are large: Kafka's own default takes three of them to a
     * request. See RATIONALE.md for what that costs.
     */
    private static final int DEFAULT_BATCH_BYTES = 128 * 1024;

    private KafkaSinks() {}

    /**
     * A sink for one topic.
     *
     * @param role differs between the sinks of one job
     */
    public static Sink<OutputRecord> sink(KafkaJobOptions options, String topic, SinkRole role) {
        KafkaSink<OutputRecord> sink =
                KafkaSink.<OutputRecord>builder()
                        .setKafkaProducerConfig(producerConfig(options))
                        .setBootstrapServers(options.bootstrapServers())
                        .setRecordSerializer(new OutputRecordSerializer(topic))
                        .setDeliveryGuarantee(options.delivery().guarantee())
                        .setTransactionalIdPrefix(role.transactionalIdPrefix(options))
                        .setTransactionNamingStrategy(TransactionNamingStrategy.POOLING)
                        .build();
        return new GuardedKafkaSink<>(
                sink, topic, options.transactionTimeout(), options.adminConfig());
    }

    static Properties producerConfig(KafkaJobOptions options) {
        Properties config = options.clients().forProducer();
        config.setProperty(
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Integer.toString(options.maxRecordBytes()));
        if (!config.containsKey(ProducerConfig.BUFFER_MEMORY_CONFIG)) {
            config.putIfAbsent(
                    ProducerConfig.BATCH_SIZE_CONFIG,
                    // The topic may take no batch that is larger than the largest record.
                    Integer.toString(Math.min(DEFAULT_BATCH_BYTES, options.maxRecordBytes())));
        }
        // The producer refuses what is larger than its buffer.
        config.putIfAbsent(
                ProducerConfig.BUFFER_MEMORY_CONFIG,
                Long.toString(Math.max(DEFAULT_BUFFER_MEMORY, 4L * options.maxRecordBytes())));
        if (options.delivery() == Delivery.EXACTLY_ONCE) {
            config.setProperty(
                    ProducerConfig.TRANSACTION_TIMEOUT_CONFIG,
                    Long.toString(options.transactionTimeout().toMillis()));
        }
        return config;
    }
}
