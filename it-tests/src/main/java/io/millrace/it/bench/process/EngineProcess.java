package io.millrace.it.bench.process;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.it.bench.engine.Answer;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** An engine in a process of its own. Its standard error goes to a file. */
public final class EngineProcess implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PATIENCE_SECONDS = 30;
    private static final int LOG_LINES = 5;
    private static final int QUOTED_CHARACTERS = 120;

    private final String name;
    private final Process process;
    private final Path log;
    private final BufferedReader in;
    private final BufferedWriter out;
    private final Thread atExit;

    private EngineProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.in = process.inputReader(StandardCharsets.UTF_8);
        this.out = process.outputWriter(StandardCharsets.UTF_8);
        this.atExit = new Thread(process::destroyForcibly, "bench-exit-" + name);
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /**
     * Starts an engine; {@link #ready} waits for it.
     *
     * @param log what it writes to standard error
     */
    public static EngineProcess start(
            String name, List<String> command, Map<String, String> environment, Path log)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        builder.environment().putAll(environment);
        return new EngineProcess(name, builder.start(), log);
    }

    /** Waits until it has loaded. */
    public Answer.Ready ready() throws IOException {
        return required(answer().ready(), "ready");
    }

    /** Has it encode the first texts, and choose its settings. */
    public Answer.Warm warm(int texts) throws IOException {
        say("warm " + texts);
        return required(answer().warm(), "warm");
    }

    /** Has it encode all texts once. */
    public Answer.Measured pass() throws IOException {
        say("pass");
        return required(answer().pass(), "pass");
    }

    /** Its first vectors of the last pass. */
    public float[][] vectors(int count, Path file) throws IOException {
        say("vectors " + count + " " + file.toAbsolutePath());
        Answer.Written written = required(answer().vectors(), "vectors");
        try {
            return VectorFile.read(file, written.count(), written.dimension());
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /** The most memory that it and the processes that it started had; empty where nobody tells. */
    public OptionalLong peakBytes() throws IOException {
        return ProcessMemory.peakBytes(process.toHandle());
    }

    private void say(String line) throws IOException {
        try {
            out.write(line);
            out.newLine();
            out.flush();
        } catch (IOException e) {
            throw ended();
        }
    }

    private Answer answer() throws IOException {
        String line = in.readLine();
        if (line == null) {
            throw ended();
        }
        Answer answer;
        try {
            answer = JSON.readValue(line, Answer.class);
        } catch (JsonProcessingException e) {
            throw new EngineException(
                    "%s: expected an answer, found '%s'"
                            .formatted(
                                    name,
                                    line.substring(0, Math.min(line.length(), QUOTED_CHARACTERS))));
        }
        if (answer.error() != null) {
            throw new EngineException(name + ": " + answer.error());
        }
        return answer;
    }

    private <T> T required(@Nullable T part, String what) throws EngineException {
        if (part == null) {
            throw new EngineException("%s: expected the answer '%s'".formatted(name, what));
        }
        return part;
    }

    private EngineException ended() throws IOException {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                return new EngineException(name + ": closed its output");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new EngineException(name + ": interrupted");
        }
        return new EngineException(
                "%s: ended with status %d%s".formatted(name, process.exitValue(), lastWords()));
    }

    private String lastWords() throws IOException {
        if (!Files.exists(log)) {
            return "";
        }
        // Whatever wrote it may not have written UTF-8.
        List<String> lines = Files.readAllLines(log, StandardCharsets.ISO_8859_1);
        List<String> last = lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size());
        return last.isEmpty() ? "" : ": " + String.join(" | ", last);
    }

    /** Ends it: first by closing its input, then by force. */
    @Override
    public void close() throws IOException {
        try {
            out.close();
        } catch (IOException e) {
            // It is gone already.
        }
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        in.close();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException e) {
            // This process is ending, and the hook has run.
        }
    }
}
