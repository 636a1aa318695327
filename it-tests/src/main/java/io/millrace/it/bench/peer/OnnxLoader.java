package io.millrace.it.bench.peer;

import ai.onnxruntime.OrtEnvironment;
import io.millrace.it.bench.engine.BenchEngine;
import io.millrace.it.bench.engine.EngineLoader;
import io.millrace.it.bench.engine.EngineSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Loads ONNX Runtime with the graph that was exported, as it is and with its transformer fused. */
public final class OnnxLoader implements EngineLoader {
    /** What {@link EngineSettings#work} may hold, or a directory of the Hub in its folder onnx. */
    public static final String PLAIN = "model.onnx";

    public static final String FUSED = "model-fused.onnx";

    @Override
    public void loadLibrary() {
        OrtEnvironment.getEnvironment();
    }

    @Override
    public String version() {
        return "ONNX Runtime " + OrtEnvironment.getEnvironment().getVersion();
    }

    @Override
    public BenchEngine load(EngineSettings settings) throws Exception {
        Path made = settings.work();
        Path directory =
                Files.exists(made.resolve(PLAIN)) ? made : settings.model().resolve("onnx");
        List<String> files =
                List.of(PLAIN, FUSED).stream()
                        .filter(file -> Files.exists(directory.resolve(file)))
                        .toList();
        return PeerEngine.open(
                PeerModel.open(settings.model()),
                settings.cores(),
                choice -> new OnnxSession(directory.resolve(choice.file()), choice.threads()),
                files,
                settings.choice());
    }
}
