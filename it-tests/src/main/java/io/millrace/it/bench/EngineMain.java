package io.millrace.it.bench;

import io.millrace.it.bench.corpus.Corpus;
import io.millrace.it.bench.engine.EngineServer;
import io.millrace.it.bench.engine.EngineSettings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** One engine's process: {@code EngineMain NAME MODEL TEXTS WORK CORES [CHOICE]}. */
final class EngineMain {
    private EngineMain() {}

    public static void main(String[] arguments) throws IOException {
        // Libraries print where they like; the answers must not be among it.
        PrintStream answers = System.out;
        System.setOut(System.err);

        JavaEngine engine = JavaEngine.ofLabel(arguments[0]).orElseThrow();
        List<String> texts = Corpus.read(Path.of(arguments[2]), Integer.MAX_VALUE);
        EngineSettings settings =
                new EngineSettings(
                        Path.of(arguments[1]),
                        Path.of(arguments[3]),
                        Integer.parseInt(arguments[4]),
                        arguments.length > 5 ? arguments[5] : null);
        BufferedReader commands =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        boolean well = new EngineServer(texts, commands, answers).serve(engine.loader(), settings);
        // Not every library's threads end by themselves.
        System.exit(well ? 0 : 1);
    }
}
