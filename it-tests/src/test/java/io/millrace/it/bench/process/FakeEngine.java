package io.millrace.it.bench.process;

import io.millrace.it.bench.engine.BenchEngine;
import io.millrace.it.bench.engine.EngineLoader;
import io.millrace.it.bench.engine.EngineServer;
import io.millrace.it.bench.engine.EngineSettings;
import io.millrace.it.bench.engine.Pass;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** An engine's process that does as it is told, or as its only argument says, something else. */
final class FakeEngine {
    private FakeEngine() {}

    public static void main(String[] arguments) throws IOException {
        String behaviour = arguments[0];
        PrintStream out = System.out;
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        boolean well =
                new EngineServer(List.of("a", "bc"), in, out)
                        .serve(
                                new Loader(behaviour),
                                new EngineSettings(Path.of("."), Path.of("."), 1));
        System.exit(well ? 0 : 1);
    }

    /** Fails where the behaviour says so. */
    private record Loader(String behaviour) implements EngineLoader {
        @Override
        public void loadLibrary() {}

        @Override
        public String version() {
            return "Fake 1";
        }

        @Override
        public BenchEngine load(EngineSettings settings) {
            if (behaviour.equals("refuses")) {
                throw new IllegalArgumentException("expected a model, found none");
            }
            return new Engine(behaviour);
        }
    }

    /** A vector is the text's length. */
    private record Engine(String behaviour) implements BenchEngine {
        @Override
        public void warmUp(List<String> texts) {}

        @Override
        public Pass pass(List<String> texts) {
            if (behaviour.equals("dies")) {
                System.err.println("last words");
                System.err.flush();
                Runtime.getRuntime().halt(3);
            }
            if (behaviour.equals("babbles")) {
                System.out.println("Loading weights: 100%");
            }
            float[][] vectors = new float[texts.size()][];
            for (int i = 0; i < vectors.length; i++) {
                vectors[i] = new float[] {texts.get(i).length()};
            }
            return new Pass(0.5, 3, vectors);
        }

        @Override
        public String setting() {
            return "as it is";
        }

        @Override
        public void close() {}
    }
}
