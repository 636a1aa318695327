package io.millrace.cli.read;

import io.millrace.cli.shell.UnusableException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lines of bytes, so that one line that is not text spoils no other. A line ends with LF or CR LF;
 * a byte order mark at the beginning is no part of the first. Input that gzip or zstd has
 * compressed is read as what it holds.
 */
public final class LineReader {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private final PlainBytes in;
    private final int maxLineBytes;
    private final byte[] buffer = new byte[1 << 16];
    private int position;
    private int limit;
    private long nextNumber;

    /**
     * One line.
     *
     * @param number from 0
     * @param bytes without the line's end; of a line that is too long, its beginning
     * @param tooLong whether bytes were dropped
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    public record Line(long number, byte[] bytes, boolean tooLong) {}

    /**
     * Lines of a stream, which stays the caller's to close.
     *
     * @param maxLineBytes what a longer line is cut to
     * @throws UnusableException when its first bytes are of something that has no lines
     */
    public LineReader(InputStream in, int maxLineBytes) throws IOException {
        this.in = new PlainBytes(in);
        this.maxLineBytes = maxLineBytes;
    }

    /** The next line; null at the end. */
    public @Nullable Line next() throws IOException {
        if (position == limit && !fill()) {
            return null;
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean tooLong = false;
        boolean ended = false;
        while (!ended && (position < limit || fill())) {
            int end = position;
            while (end < limit && buffer[end] != '\n') {
                end++;
            }
            int kept = Math.min(end - position, maxLineBytes - line.size());
            line.write(buffer, position, kept);
            tooLong |= kept < end - position;
            ended = end < limit;
            position = ended ? end + 1 : end;
        }
        byte[] content = content(line.toByteArray());
        return new Line(nextNumber++, content, tooLong);
    }

    /** What its beginning looks like instead; to be asked before the first line. */
    Optional<String> suspicion(LineFormat format) throws IOException {
        if (position == limit && !fill()) {
            return Optional.empty();
        }
        int end = 0;
        while (end < limit && buffer[end] != '\n') {
            end++;
        }
        Line first = new Line(0, content(Arrays.copyOf(buffer, end)), false);
        byte[] beginning = content(Arrays.copyOf(buffer, limit));
        return Suspicion.of(format, first, new String(beginning, StandardCharsets.UTF_8));
    }

    /** Bytes taken from the input so far, compressed as they are. */
    public long bytesRead() {
        return in.taken();
    }

    private boolean fill() throws IOException {
        int read = in.read(buffer);
        position = 0;
        limit = Math.max(read, 0);
        return limit > 0;
    }

    private byte[] content(byte[] line) {
        int begin = nextNumber == 0 && startsWithMark(line) ? BYTE_ORDER_MARK.length : 0;
        int end = line.length;
        if (end > begin && line[end - 1] == '\r') {
            end--;
        }
        return begin == 0 && end == line.length ? line : Arrays.copyOfRange(line, begin, end);
    }

    private static boolean startsWithMark(byte[] line) {
        return line.length >= BYTE_ORDER_MARK.length
                && line[0] == BYTE_ORDER_MARK[0]
                && line[1] == BYTE_ORDER_MARK[1]
                && line[2] == BYTE_ORDER_MARK[2];
    }
}
