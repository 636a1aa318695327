package io.millrace.cli.embed;

import io.millrace.cli.shell.BrokenPipeException;
import io.millrace.cli.shell.UnusableException;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

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
        this.out = buffered(Files.newOutputStream(written), "--output " + place);
    }

    /**
     * A file that is written, at the end of a link where there is one.
     *
     * @throws UnusableException when it cannot be written there
     */
    static OutputFile open(String name) throws IOException {
        Path named = Path.of(name);
        if (name.isEmpty() || Files.isDirectory(named)) {
            throw new UnusableException("--output: expected a file, found directory " + name);
        }
        Path place = Files.exists(named) ? named.toRealPath() : named.toAbsolutePath();
        if (!Files.isDirectory(Objects.requireNonNull(place.getParent(), "parent of a file"))) {
            throw new UnusableException(
                    "--output: expected a directory to write in, found none: " + place.getParent());
        }
        try {
            return open(place);
        } catch (AccessDeniedException e) {
            throw new UnusableException("--output: permission denied: " + name, e);
        }
    }

    private static OutputFile open(Path place) throws IOException {
        if (Files.exists(place) && !Files.isRegularFile(place)) {
            // A pipe or a device is written in place.
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
        return buffered(new FileOutputStream(FileDescriptor.out), "standard output");
    }

    private static OutputStream buffered(OutputStream out, String name) {
        return new BufferedOutputStream(new NamedOutput(out, name), BUFFER_BYTES);
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

    /** A failure to write names what was written to, and is told from one to read. */
    private static final class NamedOutput extends FilterOutputStream {
        private final String name;

        NamedOutput(OutputStream out, String name) {
            super(out);
            this.name = name;
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                if (BrokenPipeException.isOne(e)) {
                    throw new BrokenPipeException(e);
                }
                throw new IOException(name + ": " + e.getMessage(), e);
            }
        }
    }
}
