package io.millrace.it.bench;

import io.millrace.it.bench.engine.EngineLoader;
import io.millrace.it.bench.kafka.KafkaLoader;
import io.millrace.it.bench.millrace.MillraceLoader;
import io.millrace.model.encode.EncoderOptions;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** The engines that are written in Java, by the names that {@code --engines} takes. */
enum JavaEngine {
    MILLRACE_F32("millrace-f32"),
    KAFKA_F32("kafka-f32"),
    KAFKA_BF16("kafka-bf16"),
    KAFKA_F32_EXACTLY_ONCE("kafka-f32-exactly-once");

    private final String label;

    JavaEngine(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    EngineLoader loader() {
        return switch (this) {
            case MILLRACE_F32 -> new MillraceLoader(EncoderOptions.DEFAULT);
            case KAFKA_F32 -> new KafkaLoader(Map.of());
            case KAFKA_BF16 -> new KafkaLoader(Map.of("precision", "BF16"));
            case KAFKA_F32_EXACTLY_ONCE ->
                    new KafkaLoader(
                            Map.of("delivery", "EXACTLY_ONCE", "checkpoint-interval", "1s"));
        };
    }

    static Optional<JavaEngine> ofLabel(String label) {
        return Arrays.stream(values()).filter(engine -> engine.label.equals(label)).findFirst();
    }
}
