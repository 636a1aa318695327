package io.millrace.it.bench.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.it.bench.engine.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineProcessTest {
    @TempDir Path directory;

    @Test
    void doesWhatItIsTold() throws IOException {
        try (EngineProcess engine = start("works")) {
            assertThat(engine.ready().version()).isEqualTo("Fake 1");
            assertThat(engine.warm(1)).isEqualTo(new Answer.Warm("as it is", null));
            assertThat(engine.pass()).isEqualTo(new Answer.Measured(0.5, 2, 3, 0));
            assertThat(engine.vectors(100, directory.resolve("vectors")))
                    .isDeepEqualTo(new float[][] {{1}, {2}});
            assertThat(engine.peakBytes().orElseThrow()).isGreaterThan(1 << 20);
        }
        assertThat(directory.resolve("vectors")).doesNotExist();
    }

    @Test
    void engineThatCannotLoadSaysWhy() throws IOException {
        try (EngineProcess engine = start("refuses")) {
            assertThatThrownBy(engine::ready)
                    .isInstanceOf(EngineException.class)
                    .hasMessage(
                            "fake: java.lang.IllegalArgumentException: expected a model, found none");
        }
    }

    @Test
    void engineThatDiesIsToldWithItsLastWords() throws IOException {
        try (EngineProcess engine = start("dies")) {
            engine.ready();
            assertThatThrownBy(engine::pass)
                    .isInstanceOf(EngineException.class)
                    .hasMessage("fake: ended with status 3: last words");
        }
    }

    @Test
    void lineThatIsNoAnswerIsQuoted() throws IOException {
        try (EngineProcess engine = start("babbles")) {
            engine.ready();
            assertThatThrownBy(engine::pass)
                    .isInstanceOf(EngineException.class)
                    .hasMessage("fake: expected an answer, found 'Loading weights: 100%'");
        }
    }

    @Test
    void programThatIsNotThereIsNamed() {
        assertThatThrownBy(
                        () ->
                                EngineProcess.start(
                                        "fake",
                                        List.of("/nowhere/python"),
                                        Map.of(),
                                        directory.resolve("log")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/nowhere/python");
    }

    private EngineProcess start(String behaviour) throws IOException {
        return EngineProcess.start(
                "fake",
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        FakeEngine.class.getName(),
                        behaviour),
                Map.of(),
                directory.resolve("log"));
    }
}
