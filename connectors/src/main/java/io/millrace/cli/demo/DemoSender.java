package io.millrace.cli.demo;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Sends messages to Kafka from a thread of its own. A message's key is its place in the texts. */
final class DemoSender implements AutoCloseable {
    private final DemoTexts texts;
    private final long records;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final Thread thread = new Thread(this::run, "demo-sender");

    DemoSender(String bootstrapServers, DemoTexts texts, long records) {
        this.texts = texts;
        this.records = records;
        this.producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrapServers,
                                "max.request.size",
                                DemoKafka.MAX_MESSAGE_BYTES,
                                "linger.ms",
                                5),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            sendAll();
        } catch (InterruptException closed) {
            // close() ends a sender that is still at it.
        }
    }

    private void sendAll() {
        for (long number = 0; number < records && !thread.isInterrupted(); number++) {
            send(number);
        }
        producer.flush();
    }

    /** Sends one more, after all of them. */
    void sendNext() {
        send(sent());
    }

    private void send(long number) {
        byte[] key = Integer.toString(texts.index(number)).getBytes(StandardCharsets.US_ASCII);
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(DemoKafka.TEXTS, key, texts.cycled(number).value());
        Future<RecordMetadata> unused = producer.send(record, (any, e) -> answered(e));
    }

    private void answered(@Nullable Exception e) {
        if (e == null) {
            sent.incrementAndGet();
        } else {
            failure.compareAndSet(null, e);
        }
    }

    /**
     * How many messages the broker has.
     *
     * @throws IllegalStateException when one could not be sent
     */
    long sent() {
        Exception e = failure.get();
        if (e != null) {
            throw new IllegalStateException("a message was not sent: " + e.getMessage(), e);
        }
        return sent.get();
    }

    @Override
    public void close() throws InterruptedException {
        thread.interrupt();
        thread.join();
        producer.close(Duration.ZERO);
    }
}
