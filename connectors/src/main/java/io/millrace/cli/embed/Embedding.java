package io.millrace.cli.embed;

import io.millrace.cli.read.InputReader;
import io.millrace.cli.read.InputRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Reads, encodes and writes, window after window: bounded memory for an input of any size. While
 * one window is written, another is encoded and a third is read.
 */
final class Embedding {
    private static final int WINDOW_RECORDS = 4096;
    private static final int WINDOW_CHARACTERS = 8 << 20;
    private static final int WINDOWS_IN_FLIGHT = 2;

    private final InputReader reader;
    private final WindowEncoder encoder;
    private final OutputStream out;
    private final Progress progress;
    private Counts counts = Counts.NONE;

    Embedding(InputReader reader, WindowEncoder encoder, OutputStream out, Progress progress) {
        this.reader = reader;
        this.encoder = encoder;
        this.out = out;
        this.progress = progress;
    }

    /** Runs to the input's end. */
    Counts run() throws IOException, InterruptedException {
        Deque<RecordWindow> inFlight = new ArrayDeque<>();
        for (List<InputRecord> window = window(); !window.isEmpty(); window = window()) {
            inFlight.add(encoder.submit(window));
            if (inFlight.size() > WINDOWS_IN_FLIGHT) {
                write(inFlight.remove());
            }
        }
        while (!inFlight.isEmpty()) {
            write(inFlight.remove());
        }
        out.flush();
        return counts;
    }

    private List<InputRecord> window() throws IOException {
        List<InputRecord> window = new ArrayList<>();
        int characters = 0;
        while (window.size() < WINDOW_RECORDS && characters < WINDOW_CHARACTERS) {
            InputRecord record = reader.next();
            if (record == null) {
                break;
            }
            characters += record.text() == null ? 0 : record.text().length();
            window.add(record);
        }
        return window;
    }

    private void write(RecordWindow window) throws IOException, InterruptedException {
        window.await();
        for (int index = 0; index < window.size(); index++) {
            out.write(window.line(index));
            counts = counts.plus(window.outcome(index));
        }
        progress.at(counts, reader.bytesRead());
    }
}
