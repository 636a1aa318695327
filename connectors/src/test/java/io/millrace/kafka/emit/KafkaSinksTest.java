package io.millrace.kafka.emit;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.kafka.options.KafkaJobOptions;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;

class KafkaSinksTest {
    @Test
    void aRequestTakesManyVectors() {
        assertThat(producerConfig(Map.of())).containsEntry("batch.size", "131072");
    }

    @Test
    void whatTheUserSaysIsKept() {
        assertThat(producerConfig(Map.of("batch.size", "1000")))
                .containsEntry("batch.size", "1000");
    }

    /** A producer never gets a batch that is larger than its whole buffer. */
    @Test
    void whoSetsTheBufferSetsTheBatch() {
        assertThat(producerConfig(Map.of("buffer.memory", "100000")))
                .containsEntry("buffer.memory", "100000")
                .doesNotContainKey("batch.size");
    }

    private static Properties producerConfig(Map<String, String> properties) {
        Configuration options = new Configuration();
        options.set(KafkaJobOptions.BOOTSTRAP_SERVERS, "localhost:1");
        options.set(KafkaJobOptions.INPUT_TOPIC, List.of("texts"));
        options.set(KafkaJobOptions.OUTPUT_TOPIC, "vectors");
        options.set(KafkaJobOptions.PRODUCER_PROPERTY, properties);
        return KafkaSinks.producerConfig(KafkaJobOptions.from(options));
    }
}
