package io.millrace.it.bench;

import io.millrace.it.bench.process.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A Python that has sentence-transformers or what exports models.
 *
 * @param program what {@code --python} says
 * @param work where the scripts are put
 */
record Python(String program, Path work) {
    private static final String ENGINE = "sentence_transformers_engine.py";
    private static final String EXPORT = "export_model.py";

    /** Nothing is asked of the Hub: all engines have the same directory. */
    static final Map<String, String> ENVIRONMENT = Map.of("HF_HUB_OFFLINE", "1");

    /** The command that runs sentence-transformers as an engine. */
    List<String> engine(String... arguments) throws IOException {
        return command(ENGINE, arguments);
    }

    /**
     * Exports a model directory.
     *
     * @param form {@code onnx} or {@code torchscript}
     */
    void export(Path model, Path to, String form) throws IOException, InterruptedException {
        Path log = work.resolve("export-" + form + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command(EXPORT, model.toString(), to.toString(), form))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().putAll(ENVIRONMENT);
        int status = builder.start().waitFor();
        if (status != 0) {
            List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
            throw new EngineException(
                    "the export to %s ended with status %d%s"
                            .formatted(
                                    form,
                                    status,
                                    lines.isEmpty() ? "" : ": " + lines.get(lines.size() - 1)));
        }
    }

    private List<String> command(String script, String... arguments) throws IOException {
        Path file = work.resolve(script);
        try (InputStream in = Python.class.getResourceAsStream("python/" + script)) {
            if (in == null) {
                throw new IllegalStateException("expected a resource, found none: " + script);
            }
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
        }
        List<String> command = new ArrayList<>(List.of(program, file.toString()));
        command.addAll(List.of(arguments));
        return command;
    }
}
