package io.millrace.it.bench.peer;

import ai.djl.engine.Engine;
import io.millrace.it.bench.engine.BenchEngine;
import io.millrace.it.bench.engine.EngineLoader;
import io.millrace.it.bench.engine.EngineSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Loads PyTorch through DJL, with the model traced to TorchScript. */
public final class DjlLoader implements EngineLoader {
    /** What {@link EngineSettings#work} holds. */
    public static final String TRACED = "model.pt";

    private static final String ENGINE = "PyTorch";

    /** Names of the traced model's inputs, in their order, one a line. */
    private static final String INPUTS = "model.inputs";

    @Override
    public void loadLibrary() {
        Engine.getEngine(ENGINE);
    }

    @Override
    public String version() {
        return "PyTorch %s, DJL %s"
                .formatted(Engine.getEngine(ENGINE).getVersion(), Engine.getDjlVersion());
    }

    @Override
    public BenchEngine load(EngineSettings settings) throws Exception {
        Path work = settings.work();
        List<String> inputs = Files.readAllLines(work.resolve(INPUTS));
        return PeerEngine.open(
                PeerModel.open(settings.model()),
                settings.cores(),
                choice -> new DjlSession(work.resolve(choice.file()), inputs, choice.threads()),
                List.of(TRACED),
                settings.choice());
    }
}
