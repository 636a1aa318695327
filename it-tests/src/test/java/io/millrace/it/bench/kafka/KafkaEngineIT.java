package io.millrace.it.bench.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.it.bench.engine.BenchEngine;
import io.millrace.it.bench.engine.EngineSettings;
import io.millrace.it.bench.engine.Pass;
import io.millrace.kafka.broker.EmbeddedBroker;
import io.millrace.kafka.check.NewTopics;
import io.millrace.kafka.options.OutputFormat;
import io.millrace.model.encode.Encoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the engine reports is what the job did: every text's vector, once, to the bit. */
@Timeout(120)
class KafkaEngineIT {
    private static final Path MODEL =
            Path.of("..", "model", "target", "test-classes", "golden", "bert-mean")
                    .toAbsolutePath()
                    .normalize();
    private static final List<String> TEXTS =
            IntStream.range(0, 300).mapToObj(i -> "the wheel turns ".repeat(i % 7) + i).toList();

    @TempDir private Path work;

    @ParameterizedTest
    @CsvSource({"AT_LEAST_ONCE, JSON", "EXACTLY_ONCE, FLOAT32"})
    void passesHaveTheEncodersVectors(String delivery, String format) throws Exception {
        KafkaLoader loader =
                new KafkaLoader(
                        Map.of(
                                "delivery",
                                delivery,
                                "output-format",
                                format,
                                "checkpoint-interval",
                                "200ms"));
        try (Encoder encoder = Encoder.open(MODEL);
                BenchEngine engine = loader.load(new EngineSettings(MODEL, work, 2))) {
            float[][] expected = encoder.encode(TEXTS);
            long tokens = TEXTS.stream().mapToLong(text -> tokens(encoder, text)).sum();

            engine.pass(TEXTS.subList(0, 10));
            Pass first = engine.pass(TEXTS);
            Pass second = engine.pass(TEXTS);

            assertThat(Arrays.deepEquals(first.vectors(), expected)).isTrue();
            assertThat(Arrays.deepEquals(second.vectors(), expected)).isTrue();
            assertThat(first.tokens()).isEqualTo(tokens);
            assertThat(second.tokens()).isEqualTo(tokens);
            assertThat(second.seconds()).isPositive();
        }
    }

    private static int tokens(Encoder encoder, String text) {
        return encoder.tokenizer().tokenize(text).ids().length;
    }

    @Test
    void aSecondVectorIsAFailure() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start()) {
            Map<String, Object> clients = Map.of("bootstrap.servers", broker.bootstrapServers());
            try (Admin admin = Admin.create(clients)) {
                NewTopics.create(
                        admin,
                        List.of(new NewTopic("vectors", 1, (short) 1)),
                        Duration.ofSeconds(30));
            }
            try (KafkaProducer<byte[], byte[]> producer =
                            new KafkaProducer<>(
                                    clients, new ByteArraySerializer(), new ByteArraySerializer());
                    VectorReceiver receiver =
                            VectorReceiver.start(clients, "vectors", OutputFormat.FLOAT32)) {
                receiver.expect(0, 2);
                producer.send(vector(new RecordKey(0, 1))).get();
                producer.send(vector(new RecordKey(0, 1))).get();

                assertThatThrownBy(() -> receiver.await(Duration.ofSeconds(30)))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("a second vector for RecordKey[pass=0, text=1]");
            }
        }
    }

    private static ProducerRecord<byte[], byte[]> vector(RecordKey key) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(
                        "vectors", key.bytes(), ByteBuffer.allocate(Float.BYTES).array());
        record.headers().add("millrace.tokens", "1".getBytes(StandardCharsets.UTF_8));
        return record;
    }
}
