package io.millrace.it.bench.latency;

import io.millrace.cli.local.LocalJob;
import io.millrace.cli.shell.Interruption;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.kafka.broker.EmbeddedBroker;
import io.millrace.kafka.check.NewTopics;
import io.millrace.kafka.check.UnusableKafkaException;
import io.millrace.kafka.options.KafkaJobOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.flink.configuration.Configuration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/**
 * A broker, the job as {@code millrace run} runs it, a producer of texts and a consumer of vectors,
 * all in this process. {@link #send} may be called from another thread than the rest.
 */
final class Pipeline implements AutoCloseable {
    private static final String TEXTS = "texts";
    private static final String VECTORS = "vectors";
    private static final String DEAD_LETTERS = "vectors.dead-letters";
    private static final short ONE_REPLICA = 1;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final EmbeddedBroker broker;
    private final LocalJob job;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final List<TopicPartition> partitions;
    private final String guarantee;
    private final Interruption interruption;
    private final AtomicReference<@Nullable Exception> notSent = new AtomicReference<>();

    private Pipeline(
            EmbeddedBroker broker,
            LocalJob job,
            KafkaProducer<byte[], byte[]> producer,
            KafkaConsumer<byte[], byte[]> consumer,
            List<TopicPartition> partitions,
            String guarantee,
            Interruption interruption) {
        this.broker = broker;
        this.job = job;
        this.producer = producer;
        this.consumer = consumer;
        this.partitions = partitions;
        this.guarantee = guarantee;
        this.interruption = interruption;
    }

    /**
     * What had arrived when a poll returned.
     *
     * @param nanos the time of that, see {@link System#nanoTime}
     * @param vectors the texts that they are of
     * @param rejected the texts that were found among the dead letters
     */
    record Arrived(long nanos, List<TextId> vectors, List<TextId> rejected) {}

    /** A signal came: the measurement is over. */
    static final class StoppedException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        StoppedException() {
            super("stopped by a signal");
        }
    }

    /**
     * Starts all of it.
     *
     * @param options of the job; where it reads and writes is decided here
     * @param parallelism subtasks of the job, and partitions of the topics
     */
    static Pipeline start(Configuration options, int parallelism, Interruption interruption)
            throws Exception {
        EmbeddedBroker broker = EmbeddedBroker.start();
        try {
            String servers = broker.bootstrapServers();
            createTopics(servers, parallelism);
            Configuration all = options.clone();
            all.set(KafkaJobOptions.BOOTSTRAP_SERVERS, servers);
            all.set(KafkaJobOptions.INPUT_TOPIC, List.of(TEXTS));
            all.set(KafkaJobOptions.OUTPUT_TOPIC, VECTORS);
            all.set(KafkaJobOptions.DEAD_LETTER_TOPIC, DEAD_LETTERS);
            all.set(KafkaJobOptions.PARALLELISM, parallelism);
            KafkaJobOptions kafka = KafkaJobOptions.from(all);
            LocalJob job =
                    LocalJob.start(EncodeOptions.from(all), kafka, new LocalJob.Place(null, null));
            try {
                KafkaConsumer<byte[], byte[]> consumer = consumer(servers);
                return new Pipeline(
                        broker,
                        job,
                        producer(servers),
                        consumer,
                        assign(consumer),
                        guarantee(kafka),
                        interruption);
            } catch (RuntimeException e) {
                job.close();
                throw e;
            }
        } catch (Exception e) {
            broker.close();
            throw e;
        }
    }

    private static void createTopics(String servers, int partitions) throws UnusableKafkaException {
        try (Admin admin = Admin.create(Map.<String, Object>of("bootstrap.servers", servers))) {
            NewTopics.create(
                    admin,
                    List.of(
                            new NewTopic(TEXTS, partitions, ONE_REPLICA),
                            new NewTopic(VECTORS, partitions, ONE_REPLICA),
                            new NewTopic(DEAD_LETTERS, 1, ONE_REPLICA)),
                    PATIENCE);
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(String servers) {
        return new KafkaProducer<>(
                // The clock runs from the intended time: a text must not wait here for others.
                Map.of("bootstrap.servers", servers, "linger.ms", 0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String servers) {
        return new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        servers,
                        "auto.offset.reset",
                        "earliest",
                        "enable.auto.commit",
                        false,
                        "isolation.level",
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private static List<TopicPartition> assign(KafkaConsumer<byte[], byte[]> consumer) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : List.of(VECTORS, DEAD_LETTERS)) {
            consumer.partitionsFor(topic)
                    .forEach(p -> partitions.add(new TopicPartition(topic, p.partition())));
        }
        consumer.assign(partitions);
        return partitions;
    }

    private static String guarantee(KafkaJobOptions kafka) {
        return switch (kafka.delivery()) {
            case AT_LEAST_ONCE -> "at least once";
            case EXACTLY_ONCE ->
                    "exactly once, with a checkpoint every %d ms"
                            .formatted(kafka.checkpointInterval().toMillis());
        };
    }

    /** What the job promises, in words. */
    String guarantee() {
        return guarantee;
    }

    /** Sends a text; does not wait for the broker. */
    void send(TextId id, byte[] text) {
        Future<RecordMetadata> unused =
                producer.send(
                        new ProducerRecord<>(TEXTS, id.key(), text),
                        (any, e) -> notSent.compareAndSet(null, e));
    }

    /**
     * What has arrived, after waiting a moment for it.
     *
     * @throws StoppedException when a signal came
     * @throws IllegalStateException when a text could not be sent
     * @throws java.util.concurrent.ExecutionException when the job failed
     */
    Arrived poll(Duration patience) throws Exception {
        if (interruption.isRequested()) {
            throw new StoppedException();
        }
        if (job.isDone()) {
            job.await();
        }
        Exception failure = notSent.get();
        if (failure != null) {
            throw new IllegalStateException(
                    "a text was not sent: " + failure.getMessage(), failure);
        }
        var records = consumer.poll(patience);
        long nanos = System.nanoTime();
        List<TextId> vectors = new ArrayList<>();
        List<TextId> rejected = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            (record.topic().equals(VECTORS) ? vectors : rejected).add(TextId.of(record.key()));
        }
        return new Arrived(nanos, vectors, rejected);
    }

    /** Whether everything that the job has written so far has been polled. */
    boolean isDrained() {
        return consumer.endOffsets(partitions).entrySet().stream()
                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }

    @Override
    public void close() throws Exception {
        try (broker;
                job;
                consumer) {
            producer.close(Duration.ZERO);
        }
    }
}
