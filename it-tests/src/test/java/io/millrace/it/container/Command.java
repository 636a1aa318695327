package io.millrace.it.container;

import java.io.File;
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
 * @param output what it printed
 * @param errors what it printed about itself
 */
record Command(List<String> words, int status, String output, String errors) {
    private static final int NOT_FOUND = 127;
    private static final int TIMED_OUT = 124;

    static Command run(Duration timeout, String... words) {
        return run(timeout, Map.of(), List.of(words));
    }

    /** Runs a program to its end, or kills it when that does not come in time. */
    static Command run(Duration timeout, Map<String, String> environment, List<String> words) {
        try {
            Path output = Files.createTempFile("command", ".out");
            Path errors = Files.createTempFile("command", ".err");
            try {
                int status = run(timeout, environment, words, output, errors);
                return new Command(
                        words, status, Files.readString(output), Files.readString(errors));
            } finally {
                Files.delete(output);
                Files.delete(errors);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int run(
            Duration timeout,
            Map<String, String> environment,
            List<String> words,
            Path output,
            Path errors)
            throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(words)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(output.toFile())
                        .redirectError(errors.toFile());
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            Files.writeString(errors, String.valueOf(e.getMessage()));
            return NOT_FOUND;
        }
        try {
            return process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)
                    ? process.exitValue()
                    : TIMED_OUT;
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
                    "%s: expected status 0, found %d:%n%s%s"
                            .formatted(String.join(" ", words), status, output, errors));
        }
        return output;
    }
}
