package io.millrace.cli.embed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
    @TempDir Path directory;

    @Test
    void fileAppearsWhenItIsCommittedAndNotBefore() throws IOException {
        Path place = Files.writeString(directory.resolve("out"), "old");

        try (OutputFile file = OutputFile.open(place)) {
            file.stream().write("new".getBytes(StandardCharsets.UTF_8));
            assertThat(place).hasContent("old");
            file.commit();
        }

        assertThat(place).hasContent("new");
        assertThat(files()).containsExactly(place);
    }

    @Test
    void fileThatIsNotCommittedLeavesNothing() throws IOException {
        try (OutputFile file = OutputFile.open(directory.resolve("out"))) {
            file.stream().write(1);
        }

        assertThat(files()).isEmpty();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
