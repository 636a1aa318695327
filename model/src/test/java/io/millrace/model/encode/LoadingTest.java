package io.millrace.model.encode;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.millrace.model.read.ModelDirectory;
import io.millrace.model.testing.Golden;
import io.millrace.model.write.ModelInitializer;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** What opening a model costs. */
class LoadingTest {
    private static final Path SMALL = Golden.of("transformer-classic").directory();

    /** 16 million numbers, 63 MB. */
    private static final String LARGE =
            """
            {"model_type": "transformer", "vocab_size": 420, "pad_token_id": 0, "hidden_size": 512,
             "num_attention_heads": 8, "num_hidden_layers": 5, "intermediate_size": 2048}""";

    /** The part of the weights' size that may be allocated on the heap in all. */
    private static final int PART = 6;

    @TempDir Path temp;

    @Test
    void weightsDoNotPassThroughTheHeapAsAWhole() throws IOException {
        ModelInitializer.write(LARGE, 5, temp);
        Files.copy(SMALL.resolve("tokenizer.json"), temp.resolve("tokenizer.json"));
        Encoder.open(SMALL).close(); // classes, and what is made once
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        Encoder.open(temp).close();
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .isLessThan(ModelDirectory.open(temp).weightBytes() / PART);
    }

    /**
     * Writes a line for each of the directories to {@code target/loading.md}, each opened by a JVM
     * of its own: {@code -Dloading=DIR:DIR}, and {@code -Dloading.precision=BF16} if not F32.
     */
    @Test
    @EnabledIfSystemProperty(named = "loading", matches = ".+")
    void figures() throws IOException, InterruptedException {
        Path report = Path.of("target", "loading.md");
        Files.writeString(report, LoadingFigures.HEADER);
        List<String> directories =
                Arrays.asList(System.getProperty("loading").split(File.pathSeparator, -1));
        for (String directory : directories) {
            Process process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                                    "-Xmx512m",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    LoadingFigures.class.getName(),
                                    directory,
                                    report.toString(),
                                    System.getProperty("loading.precision", "F32"))
                            .redirectError(Path.of("target", "loading.log").toFile())
                            .start();
            assertThat(process.waitFor()).as("%s, see target/loading.log", directory).isZero();
        }
    }
}
