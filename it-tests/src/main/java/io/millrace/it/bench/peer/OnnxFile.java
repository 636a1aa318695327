package io.millrace.it.bench.peer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A model's graph where {@link OnnxLoader} looks for it.
 *
 * @param name of the file that it came from
 * @param directory that holds it
 */
public record OnnxFile(String name, Path directory) {
    private static final String SUFFIX = ".onnx";

    /**
     * Copies an ONNX file, or the one that a jar holds, into a directory of its own.
     *
     * @param parent of that directory
     * @throws IOException if the jar does not hold exactly one
     */
    public static OnnxFile of(Path file, Path parent) throws IOException {
        if (file.toString().endsWith(SUFFIX)) {
            try (InputStream in = Files.newInputStream(file)) {
                return copy(String.valueOf(file.getFileName()), in, parent);
            }
        }
        try (ZipFile jar = new ZipFile(file.toFile())) {
            List<? extends ZipEntry> found =
                    jar.stream().filter(entry -> entry.getName().endsWith(SUFFIX)).toList();
            if (found.size() != 1) {
                throw new IOException(
                        "%s: expected one file *%s, found %s".formatted(file, SUFFIX, found));
            }
            try (InputStream in = jar.getInputStream(found.get(0))) {
                Path name = Path.of(found.get(0).getName()).getFileName();
                return copy(String.valueOf(name), in, parent);
            }
        }
    }

    private static OnnxFile copy(String name, InputStream in, Path parent) throws IOException {
        Path directory = parent.resolve(name);
        Files.createDirectories(directory);
        Files.copy(in, directory.resolve(OnnxLoader.PLAIN), StandardCopyOption.REPLACE_EXISTING);
        return new OnnxFile(name, directory);
    }
}
