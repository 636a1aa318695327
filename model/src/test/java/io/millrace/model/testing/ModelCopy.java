package io.millrace.model.testing;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.function.Consumer;

/** A golden directory, copied so that a test can spoil it. */
public final class ModelCopy {
    private static final JsonMapper JSON = new JsonMapper();

    private final Path directory;

    private ModelCopy(Path directory) {
        this.directory = directory;
    }

    /** Copies the golden case of this name to a directory that does not exist yet. */
    public static ModelCopy of(String name, Path directory) {
        return of(Golden.of(name), directory);
    }

    /** Copies a golden case to a directory that does not exist yet. */
    public static ModelCopy of(Golden golden, Path directory) {
        Path source = golden.directory();
        try {
            Files.walkFileTree(
                    source,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(
                                Path folder, BasicFileAttributes attributes) throws IOException {
                            Files.createDirectories(
                                    directory.resolve(source.relativize(folder).toString()));
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                                throws IOException {
                            Files.copy(file, directory.resolve(source.relativize(file).toString()));
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new ModelCopy(directory);
    }

    /** Where the copy is. */
    public Path directory() {
        return directory;
    }

    /** Changes a JSON file; it is made when it is not there. */
    public ModelCopy edit(String name, Consumer<ObjectNode> change) {
        Path file = directory.resolve(name);
        try {
            ObjectNode node =
                    Files.exists(file)
                            ? (ObjectNode) JSON.readTree(file.toFile())
                            : JSON.createObjectNode();
            change.accept(node);
            return write(name, node.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The text of a file. */
    public String read(String name) {
        try {
            return Files.readString(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Replaces a file. */
    public ModelCopy write(String name, String text) {
        try {
            Path file = directory.resolve(name);
            Files.createDirectories(directory.resolve(name).resolveSibling("."));
            Files.writeString(file, text);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fills a file with one byte from an offset to its end. */
    public ModelCopy spoil(String name, int offset, byte value) {
        try {
            Path file = directory.resolve(name);
            byte[] bytes = Files.readAllBytes(file);
            Arrays.fill(bytes, offset, bytes.length, value);
            Files.write(file, bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes a file. */
    public ModelCopy delete(String name) {
        try {
            Files.delete(directory.resolve(name));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Renames a file. */
    public ModelCopy move(String name, String newName) {
        try {
            Path target = directory.resolve(newName);
            Files.createDirectories(target.resolveSibling("."));
            Files.move(directory.resolve(name), target);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
