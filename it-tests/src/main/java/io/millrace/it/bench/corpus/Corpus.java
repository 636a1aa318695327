package io.millrace.it.bench.corpus;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.cli.read.InputReader;
import io.millrace.cli.read.InputRecord;
import io.millrace.cli.read.LineFormat;
import io.millrace.cli.shell.UnusableException;
import java.io.BufferedInputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The texts that every engine encodes. */
public final class Corpus {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Corpus() {}

    /**
     * The texts of a file, as {@code millrace embed} reads them.
     *
     * @param limit at most so many
     * @throws UnusableException when a line holds no text, or the file none at all
     */
    public static List<String> read(Path file, int limit) throws IOException {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw new UnusableException("--texts: expected a readable file, found none: " + file);
        }
        List<String> texts = new ArrayList<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            InputReader reader =
                    new InputReader(in, LineFormat.ofFileName(String.valueOf(file.getFileName())));
            for (InputRecord record = reader.next();
                    record != null && texts.size() < limit;
                    record = reader.next()) {
                if (record.text() == null) {
                    throw new UnusableException(
                            "--texts: %s: text %d: %s"
                                    .formatted(file, texts.size(), record.error()));
                }
                texts.add(record.text());
            }
        }
        if (texts.isEmpty()) {
            throw new UnusableException("--texts: expected at least one text, found none: " + file);
        }
        return List.copyOf(texts);
    }

    /** Writes texts as JSON lines, which every engine reads alike. */
    public static Path write(List<String> texts, Path file) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (String text : texts) {
                out.write(JSON.writeValueAsString(Map.of("text", text)));
                out.newLine();
            }
        }
        return file;
    }
}
