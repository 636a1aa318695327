package io.millrace.cli.embed;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file that appears whole or not at all: it is written beside its place, under a name of its own,
 * and moved there by {@link #commit}. Closed without that, nothing of it is left.
 */
final class OutputFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 18;

    private final Path place;
    private final Path written;
    private final OutputStream out;

    private OutputFile(Path place, Path written) throws IOException {
        this.place = place;
        this.written = written;
        this.out = new BufferedOutputStream(Files.newOutputStream(written), BUFFER_BYTES);
    }

    static OutputFile open(Path place) throws IOException {
        if (Files.exists(place) && !Files.isRegularFile(place)) {
            // A pipe or a device is written in place; a directory refuses by itself.
            return new OutputFile(place, place);
        }
        Path written =
                place.resolveSibling(
                        place.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        OutputFile file = new OutputFile(place, written);
        written.toFile().deleteOnExit(); // Ctrl-C
        return file;
    }

    /** Unlike {@link System#out}, it says when nobody reads any more. */
    static OutputStream standardOutput() {
        return new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES);
    }

    OutputStream stream() {
        return out;
    }

    /** Ends writing, and puts the file in its place. */
    void commit() throws IOException {
        out.close();
        if (!written.equals(place)) {
            Files.move(
                    written,
                    place,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Override
    public void close() throws IOException {
        try (out) {
            if (!written.equals(place)) {
                Files.deleteIfExists(written);
            }
        }
    }
}
