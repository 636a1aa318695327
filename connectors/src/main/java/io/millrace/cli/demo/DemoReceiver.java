package io.millrace.cli.demo;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads vectors and dead letters from Kafka, and counts both. */
final class DemoReceiver implements AutoCloseable {
    private final DemoTexts texts;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Neighbours neighbours = new Neighbours();
    private long embedded;
    private long rejected;

    DemoReceiver(String bootstrapServers, DemoTexts texts) {
        this.texts = texts;
        this.consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrapServers,
                                "auto.offset.reset",
                                "earliest",
                                "enable.auto.commit",
                                false),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : List.of(DemoKafka.VECTORS, DemoKafka.DEAD_LETTERS)) {
            consumer.partitionsFor(topic)
                    .forEach(p -> partitions.add(new TopicPartition(topic, p.partition())));
        }
        consumer.assign(partitions);
    }

    /** Takes what has arrived, waiting a moment for it. */
    void poll(Duration patience) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(patience)) {
            if (record.topic().equals(DemoKafka.DEAD_LETTERS)) {
                rejected++;
            } else {
                embedded++;
                int index = Integer.parseInt(new String(record.key(), StandardCharsets.US_ASCII));
                String text = texts.messages().get(index).text();
                if (text != null) {
                    neighbours.add(text, vector(record.value()));
                }
            }
        }
    }

    private static float[] vector(byte[] value) {
        float[] vector = new float[value.length / Float.BYTES];
        ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        return vector;
    }

    long embedded() {
        return embedded;
    }

    long rejected() {
        return rejected;
    }

    Neighbours neighbours() {
        return neighbours;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
