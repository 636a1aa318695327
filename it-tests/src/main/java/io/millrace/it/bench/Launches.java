package io.millrace.it.bench;

import io.millrace.it.bench.peer.DjlLoader;
import io.millrace.it.bench.peer.OnnxLoader;
import io.millrace.it.bench.process.EngineException;
import io.millrace.it.bench.process.EngineProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Starts engines' processes.
 *
 * @param model the model directory
 * @param texts a file of texts, as JSON lines
 * @param work logs, scripts and what engines make
 * @param exported the model's forms for other engines; kept from run to run
 * @param cores that every engine may use
 * @param python null: none was given
 */
record Launches(
        Path model, Path texts, Path work, Path exported, int cores, @Nullable Python python) {
    /**
     * Starts an engine.
     *
     * @param choice what it chose before; null: it is to choose
     * @throws EngineException when it cannot run here
     */
    EngineProcess start(String name, @Nullable String choice)
            throws IOException, InterruptedException {
        Path log = work.resolve(name + ".log");
        if (JavaEngine.ofLabel(name).isEmpty()) {
            return EngineProcess.start(
                    name, sentenceTransformers(name, choice), Python.ENVIRONMENT, log);
        }
        JavaEngine engine = JavaEngine.ofLabel(name).orElseThrow();
        switch (engine) {
            case ONNXRUNTIME_F32 -> requireOnnx();
            case DJL_PYTORCH_F32 -> requireTorchScript();
            case PEAK_F32,
                    PEAK_BF16,
                    MILLRACE_F32,
                    MILLRACE_BF16,
                    KAFKA_F32,
                    KAFKA_BF16,
                    KAFKA_F32_EXACTLY_ONCE -> {}
        }
        List<String> arguments = new ArrayList<>();
        arguments.add(name);
        arguments.add(model.toString());
        arguments.add(texts.toString());
        arguments.add(exported.toString());
        arguments.add(Integer.toString(cores));
        if (choice != null) {
            arguments.add(choice);
        }
        return EngineProcess.start(
                name,
                JavaCommand.of(
                        EngineMain.class,
                        work.resolve(name + ".crash"),
                        arguments.toArray(String[]::new)),
                JavaCommand.ENVIRONMENT,
                log);
    }

    private List<String> sentenceTransformers(String name, @Nullable String choice)
            throws IOException {
        if (python == null) {
            throw new EngineException("no --python with sentence-transformers was given");
        }
        List<String> arguments = new ArrayList<>();
        arguments.add(model.toString());
        arguments.add(texts.toString());
        arguments.add(Integer.toString(cores));
        arguments.add(name.equals(EngineNames.SENTENCE_TRANSFORMERS_F32) ? "f32" : "bf16");
        if (choice != null) {
            arguments.add(choice);
        }
        return python.engine(arguments.toArray(String[]::new));
    }

    private void requireOnnx() throws IOException, InterruptedException {
        if (Files.exists(exported.resolve(OnnxLoader.PLAIN))) {
            return;
        }
        if (python != null) {
            python.export(model, exported, "onnx");
        } else if (!Files.exists(model.resolve("onnx").resolve(OnnxLoader.PLAIN))) {
            throw new EngineException(
                    "the directory has no onnx/model.onnx, and no --python was given to export one");
        }
    }

    private void requireTorchScript() throws IOException, InterruptedException {
        if (Files.exists(exported.resolve(DjlLoader.TRACED))) {
            return;
        }
        if (python == null) {
            throw new EngineException("no --python was given to export TorchScript");
        }
        python.export(model, exported, "torchscript");
    }
}
