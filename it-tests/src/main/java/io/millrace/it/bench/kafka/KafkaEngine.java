package io.millrace.it.bench.kafka;

import io.millrace.cli.local.LocalJob;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.it.bench.engine.BenchEngine;
import io.millrace.it.bench.engine.EngineSettings;
import io.millrace.it.bench.engine.Pass;
import io.millrace.kafka.broker.EmbeddedBroker;
import io.millrace.kafka.check.NewTopics;
import io.millrace.kafka.options.Delivery;
import io.millrace.kafka.options.KafkaJobOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.util.IOUtils;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The job as {@code millrace run} runs it, unbounded, for as long as the engine is open. A pass
 * writes every text to the input topic and ends when its last vector has been read from the output
 * topic, by a consumer in this process like everything else.
 */
final class KafkaEngine implements BenchEngine {
    private static final String TEXTS = "texts";
    private static final String VECTORS = "vectors";
    private static final String DEAD_LETTERS = VECTORS + ".dead-letters";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** After so many records the JVM compiles little any more. */
    private static final int WARM_RECORDS = 20_000;

    /** And a large model leaves it the time to, with fewer of them. */
    private static final Duration WARM_TIME = Duration.ofSeconds(60);

    private static final int WARM_CHARACTERS = 20;

    private final EmbeddedBroker broker;
    private final LocalJob job;
    private final KafkaProducer<byte[], byte[]> producer;
    private final VectorReceiver receiver;
    private final String setting;
    private int passes;

    private KafkaEngine(
            EmbeddedBroker broker,
            LocalJob job,
            KafkaProducer<byte[], byte[]> producer,
            VectorReceiver receiver,
            String setting) {
        this.broker = broker;
        this.job = job;
        this.producer = producer;
        this.receiver = receiver;
        this.setting = setting;
    }

    static KafkaEngine start(EngineSettings settings, Configuration options) throws Exception {
        EmbeddedBroker broker = EmbeddedBroker.start();
        try {
            createTopics(broker, settings.cores());
            Configuration all = options.clone();
            all.set(EncodeOptions.MODEL, settings.model().toString());
            all.set(KafkaJobOptions.BOOTSTRAP_SERVERS, broker.bootstrapServers());
            all.set(KafkaJobOptions.INPUT_TOPIC, List.of(TEXTS));
            all.set(KafkaJobOptions.OUTPUT_TOPIC, VECTORS);
            all.set(KafkaJobOptions.PARALLELISM, settings.cores());
            EncodeOptions encode = EncodeOptions.from(all);
            KafkaJobOptions kafka = KafkaJobOptions.from(all);
            LocalJob job = LocalJob.start(encode, kafka, new LocalJob.Place(null, null));
            Map<String, Object> clients = Map.of("bootstrap.servers", broker.bootstrapServers());
            return new KafkaEngine(
                    broker,
                    job,
                    new KafkaProducer<>(
                            clients, new ByteArraySerializer(), new ByteArraySerializer()),
                    VectorReceiver.start(clients, VECTORS, kafka.outputFormat()),
                    setting(settings.cores(), encode, kafka));
        } catch (Exception e) {
            broker.close();
            throw e;
        }
    }

    private static void createTopics(EmbeddedBroker broker, int partitions) throws Exception {
        try (Admin admin =
                Admin.create(
                        Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()))) {
            NewTopics.create(
                    admin,
                    Stream.of(TEXTS, VECTORS, DEAD_LETTERS)
                            .map(name -> new NewTopic(name, partitions, (short) 1))
                            .toList(),
                    PATIENCE);
        }
    }

    private static String setting(int cores, EncodeOptions encode, KafkaJobOptions kafka) {
        String delivery =
                kafka.delivery() == Delivery.EXACTLY_ONCE
                        ? "exactly once, checkpoints every %d ms"
                                .formatted(kafka.checkpointInterval().toMillis())
                        : "at least once";
        return "%d subtasks, batches of %d tokens, %s, vectors as %s"
                .formatted(
                        cores,
                        encode.batchTokens(),
                        delivery,
                        switch (kafka.outputFormat()) {
                            case JSON -> "JSON";
                            case FLOAT32 -> "float32";
                        });
    }

    /**
     * These texts for the encoder, and many short ones for the JVM: compiling Flink and Kafka takes
     * it seconds of both cores, spread over the first ten thousand records. A job runs for days.
     */
    @Override
    public void warmUp(List<String> texts) throws InterruptedException, ExecutionException {
        pass(texts);
        List<String> beginnings =
                texts.stream()
                        .map(text -> text.substring(0, Math.min(text.length(), WARM_CHARACTERS)))
                        .toList();
        long start = System.nanoTime();
        for (int records = 0;
                records < WARM_RECORDS && System.nanoTime() - start < WARM_TIME.toNanos();
                records += beginnings.size()) {
            pass(beginnings);
        }
    }

    @Override
    public Pass pass(List<String> texts) throws InterruptedException, ExecutionException {
        int pass = passes++;
        receiver.expect(pass, texts.size());
        long start = System.nanoTime();
        List<Future<?>> sent = new ArrayList<>();
        for (int text = 0; text < texts.size(); text++) {
            byte[] key = new RecordKey(pass, text).bytes();
            byte[] value = texts.get(text).getBytes(StandardCharsets.UTF_8);
            sent.add(producer.send(new ProducerRecord<>(TEXTS, key, value)));
        }
        for (Future<?> record : sent) {
            record.get();
        }
        while (!receiver.await(Duration.ofMillis(100))) {
            if (job.isDone()) {
                throw new IllegalStateException("the job ended");
            }
            if (job.counts().rejected() > 0) {
                throw new IllegalStateException("a text went to the dead letters");
            }
        }
        long nanos = receiver.lastArrivalNanos() - start;
        return new Pass(nanos / 1e9, receiver.tokens(), receiver.vectors());
    }

    @Override
    public String setting() {
        return setting;
    }

    @Override
    public void close() throws Exception {
        IOUtils.closeAll(producer, receiver, job, broker);
    }
}
