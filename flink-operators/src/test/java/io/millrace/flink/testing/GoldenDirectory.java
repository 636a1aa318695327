package io.millrace.flink.testing;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** The model module's golden directories, as files: they may be inside its test jar. */
public final class GoldenDirectory {
    private GoldenDirectory() {}

    /** A copy of the golden directory of this name, for the test to spoil as it likes. */
    public static Path copy(String name, Path into) throws IOException, URISyntaxException {
        String resource = "/golden/" + name;
        URI source =
                Objects.requireNonNull(GoldenDirectory.class.getResource(resource), resource)
                        .toURI();
        Path target = into.resolve(name);
        if (source.getScheme().equals("jar")) {
            try (FileSystem jar = FileSystems.newFileSystem(source, Map.of())) {
                copy(jar.getPath(resource), target);
            }
        } else {
            copy(Path.of(source), target);
        }
        return target;
    }

    private static void copy(Path source, Path target) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(source)) {
            files = found.toList();
        }
        for (Path file : files) {
            Files.copy(file, target.resolve(source.relativize(file).toString()));
        }
    }
}
