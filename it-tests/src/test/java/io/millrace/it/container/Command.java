package io.millrace.it.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program that has ended.
 *
 * @param words the program and its arguments
 * @param status 0 when it succeeded
 * @param output what it printed, to both streams
 */
record Command(List<String> words, int status, String output) {
    private static final int NOT_FOUND = 127;
    private static final int TIMED_OUT = 124;

    /** Runs a program to its end, or kills it when that does not come in time. */
    static Command run(Duration timeout, Map<String, String> environment, List<String> words) {
        try {
            Path output = Files.createTempFile("command", ".log");
            try {
                return run(timeout, environment, words, output);
            } finally {
                Files.delete(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Command run(Duration timeout, String... words) {
        return run(timeout, Map.of(), List.of(words));
    }

    private static Command run(
            Duration timeout, Map<String, String> environment, List<String> words, Path output)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                        .redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return new Command(words, NOT_FOUND, e.toString());
        }
        try {
            boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
            int status = ended ? process.exitValue() : TIMED_OUT;
            return new Command(words, status, Files.readString(output));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted in " + words, e);
        } finally {
            process.destroyForcibly();
        }
    }

    boolean succeeded() {
        return status == 0;
    }

    /** What it printed, when it succeeded. */
    String outputOrThrow() {
        if (!succeeded()) {
            throw new IllegalStateException(
                    "%s: expected status 0, found %d:%n%s"
                            .formatted(String.join(" ", words), status, output));
        }
        return output;
    }
}
