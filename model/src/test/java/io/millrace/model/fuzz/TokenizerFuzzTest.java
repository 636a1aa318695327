package io.millrace.model.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * No tokenizer and no text may end the process. {@code -Dfuzz.tokenizers=10000} tries more, from a
 * new seed.
 */
class TokenizerFuzzTest {
    private static final int FEW = 300;
    private static final int TRIES = Integer.getInteger("fuzz.tokenizers", FEW);
    private static final long SEED =
            Long.getLong("fuzz.seed", TRIES == FEW ? 42 : System.nanoTime() & Integer.MAX_VALUE);
    private static final int MS_PER_TRY = 200;
    private static final Pattern SUMMARY =
            Pattern.compile("opened (\\d+), tokenized (\\d+) texts, .*");

    @TempDir Path scratch;

    @Test
    void theProcessLives() throws Exception {
        Path output = scratch.resolve("output");
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx1g",
                                "-cp",
                                System.getProperty("java.class.path"),
                                TokenizerTries.class.getName(),
                                Long.toString(SEED),
                                Integer.toString(TRIES),
                                scratch.resolve("model").toString(),
                                output.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                        .start();
        try {
            boolean ended =
                    process.waitFor(60_000 + (long) TRIES * MS_PER_TRY, TimeUnit.MILLISECONDS);
            List<String> lines = Files.readAllLines(output);
            String tail =
                    String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
            assertThat(ended).as("ended in time:%n%s", tail).isTrue();
            assertThat(process.exitValue()).as("exit status:%n%s", tail).isZero();
            Matcher summary = SUMMARY.matcher(lines.get(lines.size() - 1));
            assertThat(summary.matches()).as(tail).isTrue();
            assertThat(Integer.parseInt(summary.group(1))).as("opened").isGreaterThan(TRIES / 5);
            assertThat(Integer.parseInt(summary.group(2))).as("tokenized").isGreaterThan(TRIES);
        } finally {
            process.destroyForcibly();
        }
    }
}
