package io.millrace.kafka.testing;

import io.millrace.kafka.check.NewTopics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Topics of a broker: made, filled and read to their end. */
public final class Topics {
    private static final Duration POLL = Duration.ofMillis(200);

    private final Map<String, Object> common;

    /** Of the broker at this address. */
    public Topics(String bootstrapServers) {
        this.common = Map.of("bootstrap.servers", bootstrapServers);
    }

    /** Makes topics of so many partitions, ready to be written to. */
    public void create(int partitions, String... names) throws Exception {
        create(partitions, Map.of(), names);
    }

    /** The same with this configuration. */
    public void create(int partitions, Map<String, String> config, String... names)
            throws Exception {
        try (Admin admin = Admin.create(common)) {
            NewTopics.create(
                    admin,
                    Stream.of(names)
                            .map(name -> new NewTopic(name, partitions, (short) 1).configs(config))
                            .toList(),
                    Duration.ofSeconds(30));
        }
    }

    /** Changes one property of a topic. */
    public void configure(String topic, String property, String value) throws Exception {
        try (Admin admin = Admin.create(common)) {
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            AlterConfigOp set =
                    new AlterConfigOp(new ConfigEntry(property, value), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all().get();
        }
    }

    /** Writes these records and returns when the broker has them. */
    public void write(Collection<ProducerRecord<byte[], byte[]>> records) {
        Map<String, Object> config = new HashMap<>(common);
        config.put("max.request.size", 32 * 1024 * 1024);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            var sent = records.stream().map(producer::send).toList();
            producer.flush();
            for (var future : sent) {
                future.get();
            }
        } catch (Exception e) {
            throw new IllegalStateException("the broker did not take the records", e);
        }
    }

    /** Writes this record in a transaction that becomes part of the topic. */
    public void writeAndCommit(ProducerRecord<byte[], byte[]> record) {
        writeInTransaction(record, KafkaProducer::commitTransaction);
    }

    /** Writes this record in a transaction that consumers of committed records never see. */
    public void writeAndAbort(ProducerRecord<byte[], byte[]> record) {
        writeInTransaction(record, KafkaProducer::abortTransaction);
    }

    /** Writes this record in a transaction that stays open until the producer is told. */
    public KafkaProducer<byte[], byte[]> writeUncommitted(ProducerRecord<byte[], byte[]> record)
            throws Exception {
        KafkaProducer<byte[], byte[]> producer = transactional();
        producer.beginTransaction();
        producer.send(record).get();
        return producer;
    }

    /** Deletes this topic. */
    public void delete(String name) throws Exception {
        try (Admin admin = Admin.create(common)) {
            admin.deleteTopics(List.of(name)).all().get();
        }
    }

    /** The names of all topics. */
    public Set<String> names() throws Exception {
        try (Admin admin = Admin.create(common)) {
            return admin.listTopics().names().get();
        }
    }

    private KafkaProducer<byte[], byte[]> transactional() {
        Map<String, Object> config = new HashMap<>(common);
        config.put("transactional.id", "writer");
        KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        producer.initTransactions();
        return producer;
    }

    private void writeInTransaction(
            ProducerRecord<byte[], byte[]> record, Consumer<KafkaProducer<byte[], byte[]>> end) {
        try (KafkaProducer<byte[], byte[]> producer = writeUncommitted(record)) {
            end.accept(producer);
        } catch (Exception e) {
            throw new IllegalStateException("the broker did not take the record", e);
        }
    }

    /** Every committed record that is in the topic now. */
    public List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        Map<String, Object> config = new HashMap<>(common);
        config.put("isolation.level", "read_committed");
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions =
                    partitions(topic, consumer.partitionsFor(topic).size()).toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            // Up to the last stable offset: a read_committed consumer's end.
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();
            while (partitions.stream()
                    .anyMatch(p -> consumer.position(p) < ends.getOrDefault(p, 0L))) {
                consumer.poll(POLL).forEach(read::add);
            }
            return read;
        }
    }

    private static Stream<TopicPartition> partitions(String topic, int count) {
        return IntStream.range(0, count)
                .mapToObj(partition -> new TopicPartition(topic, partition));
    }

    /** The partitions of a topic that is there. */
    public List<TopicPartition> partitions(String topic) throws Exception {
        try (Admin admin = Admin.create(common)) {
            int count =
                    admin.describeTopics(List.of(topic))
                            .topicNameValues()
                            .values()
                            .iterator()
                            .next()
                            .get()
                            .partitions()
                            .size();
            return partitions(topic, count).toList();
        }
    }
}
