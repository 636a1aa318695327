package io.millrace.it.bench.millrace;

import io.millrace.it.bench.engine.BenchEngine;
import io.millrace.it.bench.engine.EngineLoader;
import io.millrace.it.bench.engine.EngineSettings;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.EncoderOptions;
import org.tensorflow.TensorFlow;

/** Loads Millrace's encoder, as a program that uses it without Flink would. */
public final class MillraceLoader implements EngineLoader {
    private final EncoderOptions options;

    public MillraceLoader(EncoderOptions options) {
        this.options = options;
    }

    @Override
    public void loadLibrary() {
        TensorFlow.version();
    }

    @Override
    public String version() {
        return "TensorFlow " + TensorFlow.version();
    }

    @Override
    public BenchEngine load(EngineSettings settings) {
        return new MillraceEngine(Encoder.open(settings.model(), options), settings.cores());
    }
}
