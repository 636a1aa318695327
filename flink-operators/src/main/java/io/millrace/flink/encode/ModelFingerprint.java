package io.millrace.flink.encode;

import io.millrace.model.ModelException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/**
 * A model directory and, without reading them, what its files are: two jobs share a model only if
 * nobody has replaced a file between them.
 *
 * @param directory without symbolic links, so that every way to it is the same model
 * @param stamps path, size, time of change and identity of each file
 */
record ModelFingerprint(Path directory, List<String> stamps) {
    /**
     * The files as they are now.
     *
     * @throws ModelException when the directory cannot be listed
     */
    static ModelFingerprint of(Path directory) {
        try {
            Path real = directory.toRealPath();
            try (Stream<Path> files = Files.walk(real, FileVisitOption.FOLLOW_LINKS)) {
                return new ModelFingerprint(
                        real, files.sorted().map(file -> stamp(real, file)).toList());
            }
        } catch (IOException | UncheckedIOException e) {
            ModelException unreadable =
                    new ModelException(
                            directory, List.of("expected a readable directory, found " + e));
            unreadable.initCause(e);
            throw unreadable;
        }
    }

    private static String stamp(Path directory, Path file) {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            String stamp = directory.relativize(file) + " " + found.fileKey();
            return found.isDirectory()
                    ? stamp
                    : stamp + " " + found.size() + " " + found.lastModifiedTime();
        } catch (NoSuchFileException e) {
            // A link that leads nowhere; whether that matters is for the encoder to say.
            return directory.relativize(file) + " leads nowhere";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
