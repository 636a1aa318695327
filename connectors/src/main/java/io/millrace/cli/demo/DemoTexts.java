package io.millrace.cli.demo;

import io.millrace.cli.read.InputReader;
import io.millrace.cli.read.InputRecord;
import io.millrace.cli.read.LineFormat;
import io.millrace.cli.read.LineParser;
import io.millrace.cli.read.LineReader;
import io.millrace.cli.shell.UnusableException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the demo streams.
 *
 * @param format what a message's value is
 * @param messages at least one
 * @param telling those of which the neighbours are shown at the end; empty: any
 */
record DemoTexts(LineFormat format, List<Message> messages, List<String> telling) {
    /**
     * One message.
     *
     * @param value as it is sent
     * @param text as it is shown; null where the value holds none
     */
    @SuppressWarnings("ArrayRecordComponent") // sent, compared by nobody
    record Message(byte[] value, @Nullable String text) {}

    static DemoTexts bundled() throws IOException {
        List<Message> messages = new ArrayList<>();
        for (String text : DemoMessages.texts()) {
            messages.add(new Message(text.getBytes(StandardCharsets.UTF_8), text));
        }
        return new DemoTexts(LineFormat.LINES, messages, DemoMessages.TELLING);
    }

    /** The lines of a file, as they are: what cannot be read is for the job to refuse. */
    static DemoTexts of(Path file, int atMost) throws IOException {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new UnusableException("--input: expected a readable file, found none: " + file);
        }
        LineFormat format = LineFormat.ofFileName(String.valueOf(file.getFileName()));
        LineParser parser = new LineParser(format);
        List<Message> messages = new ArrayList<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            LineReader lines = new LineReader(in, InputReader.MAX_LINE_BYTES);
            for (LineReader.Line line = lines.next();
                    line != null && messages.size() < atMost;
                    line = lines.next()) {
                if (line.tooLong()) {
                    throw new UnusableException(
                            "--input: expected lines of at most %d bytes, found more in line %d of %s"
                                    .formatted(
                                            InputReader.MAX_LINE_BYTES, line.number() + 1, file));
                }
                InputRecord record = parser.parse(line);
                if (record != null) {
                    messages.add(new Message(line.bytes(), record.text()));
                }
            }
        }
        if (messages.isEmpty()) {
            throw new UnusableException("--input: expected at least one text, found none: " + file);
        }
        return new DemoTexts(format, messages, List.of());
    }

    /** The message that is sent as number so-and-so: they are sent again and again. */
    Message cycled(long number) {
        return messages.get(index(number));
    }

    int index(long number) {
        return (int) (number % messages.size());
    }
}
