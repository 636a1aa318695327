package io.millrace.it.bench.engine;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An engine's side of the conversation. Commands come a line each: {@code warm N}, {@code pass},
 * {@code vectors N FILE}; the end of the input ends the engine.
 */
public final class EngineServer {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<String> texts;
    private final BufferedReader in;
    private final PrintStream out;
    private @Nullable Pass last;

    /**
     * A conversation.
     *
     * @param out nobody else's: a line that is not an answer ends the conversation
     */
    public EngineServer(List<String> texts, BufferedReader in, PrintStream out) {
        this.texts = texts;
        this.in = in;
        this.out = out;
    }

    /**
     * Loads the engine, then does as it is told until the input ends.
     *
     * @return whether nothing went wrong
     */
    public boolean serve(EngineLoader loader, EngineSettings settings) throws IOException {
        try {
            long start = System.nanoTime();
            loader.loadLibrary();
            long library = System.nanoTime();
            try (BenchEngine engine = loader.load(settings)) {
                long loaded = System.nanoTime();
                say(
                        Answer.of(
                                new Answer.Ready(
                                        loader.version(),
                                        (library - start) / 1e9,
                                        (loaded - library) / 1e9)));
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    say(answer(engine, line));
                }
            }
            return true;
        } catch (IOException e) {
            throw e;
        } catch (Exception | LinkageError e) {
            say(Answer.error(message(e)));
            return false;
        }
    }

    private Answer answer(BenchEngine engine, String line) throws Exception {
        String[] words = line.split(" ", 3);
        return switch (words[0]) {
            case "warm" -> {
                int some = Math.min(Integer.parseInt(words[1]), texts.size());
                engine.warmUp(texts.subList(0, some));
                yield Answer.of(new Answer.Warm(engine.setting(), engine.choice().orElse(null)));
            }
            case "pass" -> {
                Pass pass = engine.pass(texts);
                last = pass;
                yield Answer.of(
                        new Answer.Measured(
                                pass.seconds(), texts.size(), pass.tokens(), pass.operations()));
            }
            case "vectors" -> Answer.of(write(Integer.parseInt(words[1]), Path.of(words[2])));
            default -> throw new IllegalArgumentException("expected a command, found: " + line);
        };
    }

    private Answer.Written write(int count, Path file) throws IOException {
        if (last == null) {
            throw new IllegalStateException("expected a pass before its vectors are asked for");
        }
        float[][] vectors = last.vectors();
        int rows = Math.min(count, vectors.length);
        int dimension = rows == 0 ? 0 : vectors[0].length;
        ByteBuffer row = ByteBuffer.allocate(dimension * Float.BYTES);
        row.order(ByteOrder.LITTLE_ENDIAN);
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            for (int i = 0; i < rows; i++) {
                row.clear();
                row.asFloatBuffer().put(vectors[i]);
                while (row.hasRemaining()) {
                    channel.write(row);
                }
            }
        }
        return new Answer.Written(rows, dimension);
    }

    private void say(Answer answer) throws IOException {
        out.println(JSON.writeValueAsString(answer));
        out.flush();
    }

    private static String message(Throwable e) {
        StringBuilder message = new StringBuilder(e.toString());
        for (Throwable cause = e.getCause(); cause != null; cause = cause.getCause()) {
            message.append("; caused by ").append(cause);
        }
        return message.toString().replace('\n', ' ');
    }
}
