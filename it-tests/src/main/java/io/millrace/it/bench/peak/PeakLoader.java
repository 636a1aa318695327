package io.millrace.it.bench.peak;

import io.millrace.it.bench.engine.BenchEngine;
import io.millrace.it.bench.engine.EngineLoader;
import io.millrace.it.bench.engine.EngineSettings;
import io.millrace.model.encode.Precision;
import org.tensorflow.TensorFlow;

/** Loads the measurement of large matrix products, which no encoder can be faster than. */
public final class PeakLoader implements EngineLoader {
    private final Precision precision;

    public PeakLoader(Precision precision) {
        this.precision = precision;
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
        return new PeakEngine(precision, settings.cores());
    }
}
