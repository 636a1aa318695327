package io.millrace.it.bench.kafka;

import io.millrace.it.bench.engine.BenchEngine;
import io.millrace.it.bench.engine.EngineLoader;
import io.millrace.it.bench.engine.EngineSettings;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.tensorflow.TensorFlow;

/** Starts a broker, a Flink and the job in one process. */
public final class KafkaLoader implements EngineLoader {
    private final Configuration options;

    /**
     * Loads a job with these options; where it reads and writes, and with how many subtasks, is
     * decided here.
     *
     * @param options of the job, by their names on the command line
     */
    public KafkaLoader(Map<String, String> options) {
        this.options = Configuration.fromMap(options);
    }

    @Override
    public void loadLibrary() {
        TensorFlow.version();
    }

    @Override
    public String version() {
        return "TensorFlow %s, Flink %s, Kafka %s"
                .formatted(
                        TensorFlow.version(),
                        org.apache.flink.runtime.util.EnvironmentInformation.getVersion(),
                        org.apache.kafka.common.utils.AppInfoParser.getVersion());
    }

    @Override
    public BenchEngine load(EngineSettings settings) throws Exception {
        return KafkaEngine.start(settings, options);
    }
}
