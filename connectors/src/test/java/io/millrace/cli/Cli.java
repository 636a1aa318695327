package io.millrace.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What a command answered.
 *
 * @param status exit status
 * @param out standard output
 * @param err standard error
 */
record Cli(int status, String out, String err) {
    private static final long TIMEOUT_MINUTES = 3;

    /**
     * Runs a command in this process; standard output and error are those that picocli is given.
     */
    static Cli run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status =
                Millrace.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(arguments);
        return new Cli(status, out.toString(), err.toString());
    }

    /** Runs the launcher of the distribution, in a process of its own, to its end. */
    static Cli launch(Path directory, String stdin, String... arguments)
            throws IOException, InterruptedException {
        return launch(directory, stdin, Map.of(), arguments);
    }

    /** The same with more variables in its environment. */
    static Cli launch(
            Path directory, String stdin, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Path input = Files.writeString(directory.resolve("stdin"), stdin);
        Process process = start(directory, input, environment, arguments);
        CompletableFuture<String> out = read(process.getInputStream());
        CompletableFuture<String> err = read(process.getErrorStream());
        if (!process.waitFor(TIMEOUT_MINUTES, TimeUnit.MINUTES)) {
            process.destroyForcibly();
            throw new IllegalStateException("still running: " + out.join() + err.join());
        }
        return new Cli(process.exitValue(), out.join(), err.join());
    }

    /** Starts the launcher of the distribution in this directory. */
    static Process start(Path directory, Path stdin, String... arguments) throws IOException {
        return start(directory, stdin, Map.of(), arguments);
    }

    private static Process start(
            Path directory, Path stdin, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(home().resolve("bin/millrace").toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectInput(stdin.toFile());
        // What a command leaves behind is seen there.
        builder.environment().put("XDG_STATE_HOME", directory.resolve("state").toString());
        builder.environment().put("MILLRACE_JAVA_OPTS", "-Djava.io.tmpdir=" + directory);
        builder.environment().putAll(environment);
        return builder.start();
    }

    /** The distribution, as the build made it. */
    static Path home() {
        return Path.of(System.getProperty("millrace.home"));
    }

    private static CompletableFuture<String> read(InputStream stream) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }
}
