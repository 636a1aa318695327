package io.millrace.kafka.decode;

import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.kafka.options.StartOffsets;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetResetStrategy;

/** Flink's Kafka source, as the job's options say. */
public final class KafkaSources {
    private KafkaSources() {}

    /** A source of the input topics' records. */
    public static Source<DecodedRecord, ?, ?> source(KafkaJobOptions options) {
        KafkaSourceBuilder<DecodedRecord> builder =
                KafkaSource.<DecodedRecord>builder()
                        // A text whose transaction was aborted was never written.
                        .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
                        // A topic that was deleted stays so.
                        .setProperty(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false")
                        .setProperties(options.clients().forConsumer())
                        .setBootstrapServers(options.bootstrapServers())
                        .setTopics(options.inputTopics())
                        .setGroupId(options.groupId())
                        .setStartingOffsets(offsets(options.start()))
                        .setDeserializer(
                                new TextRecordDeserializer(
                                        options.inputFormat(),
                                        options.textField(),
                                        options.nullValues()));
        if (options.bounded()) {
            builder.setBounded(OffsetsInitializer.latest());
        }
        return new GuardedKafkaSource(
                builder.build(), options.inputTopics(), options.adminConfig());
    }

    @SuppressWarnings("deprecation") // Flink's builder takes Kafka's deprecated class
    private static OffsetsInitializer offsets(StartOffsets start) {
        return switch (start) {
            case COMMITTED -> OffsetsInitializer.committedOffsets(OffsetResetStrategy.EARLIEST);
            case EARLIEST -> OffsetsInitializer.earliest();
            case LATEST -> OffsetsInitializer.latest();
        };
    }
}
