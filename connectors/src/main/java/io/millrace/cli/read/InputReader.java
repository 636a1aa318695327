package io.millrace.cli.read;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads records from the lines of a stream. */
public final class InputReader {
    /** Longest line that is read; a text is shorter by far. */
    public static final int MAX_LINE_BYTES = 16 << 20;

    private final LineReader lines;
    private final LineParser parser;
    private final LineFormat format;

    /** Records of a stream, plain or compressed, which stays the caller's to close. */
    public InputReader(InputStream in, LineFormat format) throws IOException {
        this.lines = new LineReader(in, MAX_LINE_BYTES);
        this.parser = new LineParser(format);
        this.format = format;
    }

    /** What the input looks like instead, and what to do; to be asked before the first record. */
    public Optional<String> suspicion() throws IOException {
        return lines.suspicion(format);
    }

    /** The next record; null at the end. Blank lines between JSON objects are none. */
    public @Nullable InputRecord next() throws IOException {
        for (LineReader.Line line = lines.next(); line != null; line = lines.next()) {
            InputRecord record = parser.parse(line);
            if (record != null) {
                return record;
            }
        }
        return null;
    }

    /** Bytes taken from the input so far, compressed as they are. */
    public long bytesRead() {
        return lines.bytesRead();
    }
}
