package io.millrace.model.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What is committed for the golden directories; {@code src/test/golden/shared_files.py}. */
class GoldenFilesTest {
    private static final Path RESOURCES = Path.of("src", "test", "resources");
    private static final Path SHARED = RESOURCES.resolve("golden-shared");

    /** Smaller ones are configurations, which are easier to read where they belong. */
    private static final long MIN_BYTES = 4096;

    @Test
    void noLargeFileIsCommittedTwice() throws IOException {
        Map<Integer, List<Path>> byContents =
                files().filter(path -> !Files.isSymbolicLink(path))
                        .filter(path -> path.toFile().length() >= MIN_BYTES)
                        .collect(Collectors.groupingBy(GoldenFilesTest::hash));

        assertThat(byContents.values().stream().filter(same -> same.size() > 1))
                .as("files with the same contents, of which shared_files.py could make links")
                .isEmpty();
    }

    @Test
    void everySharedFileHasALinkToIt() throws IOException {
        Set<Path> used =
                files().filter(Files::isSymbolicLink)
                        .map(GoldenFilesTest::target)
                        .collect(Collectors.toSet());
        try (Stream<Path> shared = Files.list(SHARED)) {
            assertThat(shared.toList()).isNotEmpty().containsExactlyInAnyOrderElementsOf(used);
        }
    }

    private static Stream<Path> files() throws IOException {
        try (Stream<Path> found = Files.walk(RESOURCES)) {
            return found.filter(Files::isRegularFile).toList().stream();
        }
    }

    private static int hash(Path file) {
        try {
            return Arrays.hashCode(Files.readAllBytes(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path target(Path link) {
        try {
            return link.resolveSibling(Files.readSymbolicLink(link)).normalize();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
