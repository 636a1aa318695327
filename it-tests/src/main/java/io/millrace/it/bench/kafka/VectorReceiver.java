package io.millrace.it.bench.kafka;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.kafka.options.OutputFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads committed vectors all the time and holds the current pass to one vector a text. Values are
 * kept as they came and parsed when a pass is over, as that is no part of what is measured.
 */
final class VectorReceiver implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final OutputFormat format;
    private final Thread thread;

    // Guarded by this.
    private int pass = -1;
    private byte[][] values = new byte[0][];
    private int missing;
    private long tokens;
    private long lastArrivalNanos;
    private @Nullable RuntimeException failure;

    private VectorReceiver(KafkaConsumer<byte[], byte[]> consumer, OutputFormat format) {
        this.consumer = consumer;
        this.format = format;
        this.thread = new Thread(this::receive, "bench-receiver");
    }

    static VectorReceiver start(Map<String, Object> clients, String topic, OutputFormat format) {
        Map<String, Object> config = new HashMap<>(clients);
        config.put("isolation.level", "read_committed");
        KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        // By hand: a group would be assigned its partitions some time after the first poll.
        var partitions =
                consumer.partitionsFor(topic).stream()
                        .map(info -> new TopicPartition(info.topic(), info.partition()))
                        .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        VectorReceiver receiver = new VectorReceiver(consumer, format);
        receiver.thread.start();
        return receiver;
    }

    /** From now on, one vector for each of so many texts, and nothing else. */
    synchronized void expect(int pass, int texts) {
        if (missing > 0) {
            throw new IllegalStateException("%d vectors are missing".formatted(missing));
        }
        this.pass = pass;
        this.values = new byte[texts][];
        this.missing = texts;
        this.tokens = 0;
    }

    /** Whether every text has its vector, after waiting for that a while. */
    synchronized boolean await(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (missing > 0 && failure == null) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        if (failure != null) {
            throw failure;
        }
        return true;
    }

    synchronized long lastArrivalNanos() {
        return lastArrivalNanos;
    }

    /** Of all texts of the pass, as the job counted them. */
    synchronized long tokens() {
        return tokens;
    }

    /** Of the pass that is over. */
    synchronized float[][] vectors() {
        float[][] vectors = new float[values.length][];
        for (int text = 0; text < vectors.length; text++) {
            vectors[text] = parse(values[text]);
        }
        return vectors;
    }

    private void receive() {
        try (consumer) {
            while (true) {
                var records = consumer.poll(POLL);
                if (!records.isEmpty()) {
                    take(records);
                }
            }
        } catch (WakeupException e) {
            // closed
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private synchronized void take(Iterable<ConsumerRecord<byte[], byte[]>> records) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            RecordKey key = RecordKey.of(record.key());
            if (key.pass() != pass || values[key.text()] != null) {
                throw new IllegalStateException("a second vector for " + key);
            }
            values[key.text()] = record.value();
            tokens += tokens(record);
            missing--;
        }
        if (missing == 0) {
            lastArrivalNanos = System.nanoTime();
            notifyAll();
        }
    }

    private static long tokens(ConsumerRecord<byte[], byte[]> record) {
        Header header = record.headers().lastHeader("millrace.tokens");
        return Long.parseLong(new String(header.value(), StandardCharsets.UTF_8));
    }

    private synchronized void fail(RuntimeException e) {
        failure = e;
        notifyAll();
    }

    private float[] parse(byte[] value) {
        return switch (format) {
            case JSON -> json(value);
            case FLOAT32 -> float32(value);
        };
    }

    private static float[] json(byte[] value) {
        try {
            return JSON.treeToValue(JSON.readTree(value).get("embedding"), float[].class);
        } catch (IOException e) {
            throw new UncheckedIOException("expected a JSON object with a vector", e);
        }
    }

    private static float[] float32(byte[] value) {
        float[] vector = new float[value.length / Float.BYTES];
        ByteBuffer.wrap(value).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        return vector;
    }

    @Override
    public void close() throws InterruptedException {
        consumer.wakeup();
        thread.join();
    }
}
