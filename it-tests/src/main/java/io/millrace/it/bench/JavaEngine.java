package io.millrace.it.bench;

import io.millrace.it.bench.engine.EngineLoader;
import io.millrace.it.bench.kafka.KafkaLoader;
import io.millrace.it.bench.millrace.MillraceLoader;
import io.millrace.it.bench.peak.PeakLoader;
import io.millrace.it.bench.peer.DjlLoader;
import io.millrace.it.bench.peer.OnnxLoader;
import io.millrace.model.encode.EncoderOptions;
import io.millrace.model.encode.Precision;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** The engines that are written in Java, by the names that {@code --engines} takes. */
enum JavaEngine {
    PEAK_F32("peak-f32"),
    PEAK_BF16("peak-bf16"),
    MILLRACE_F32("millrace-f32"),
    MILLRACE_BF16("millrace-bf16"),
    KAFKA_F32("kafka-f32"),
    KAFKA_BF16("kafka-bf16"),
    KAFKA_F32_EXACTLY_ONCE("kafka-f32-exactly-once"),
    ONNXRUNTIME_F32("onnxruntime-f32"),
    DJL_PYTORCH_F32("djl-pytorch-f32");

    private final String label;

    JavaEngine(String label) {
        this.label = label;
    }

    String label() {
        return label;
    }

    EngineLoader loader() {
        return switch (this) {
            case PEAK_F32 -> new PeakLoader(Precision.F32);
            case PEAK_BF16 -> new PeakLoader(Precision.BF16);
            case MILLRACE_F32 -> new MillraceLoader(EncoderOptions.DEFAULT);
            case MILLRACE_BF16 ->
                    new MillraceLoader(EncoderOptions.DEFAULT.withPrecision(Precision.BF16));
            case KAFKA_F32 -> new KafkaLoader(Map.of());
            case KAFKA_BF16 -> new KafkaLoader(Map.of("precision", Precision.BF16.name()));
            case KAFKA_F32_EXACTLY_ONCE ->
                    new KafkaLoader(
                            Map.of("delivery", "EXACTLY_ONCE", "checkpoint-interval", "1s"));
            case ONNXRUNTIME_F32 -> new OnnxLoader();
            case DJL_PYTORCH_F32 -> new DjlLoader();
        };
    }

    static Optional<JavaEngine> ofLabel(String label) {
        return Arrays.stream(values()).filter(engine -> engine.label.equals(label)).findFirst();
    }
}
