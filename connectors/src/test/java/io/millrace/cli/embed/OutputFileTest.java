package io.millrace.cli.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.cli.shell.UnusableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
    @TempDir Path directory;

    @Test
    void fileAppearsWhenItIsCommittedAndNotBefore() throws IOException {
        Path place = Files.writeString(directory.resolve("out"), "old");

        try (OutputFile file = OutputFile.open(place.toString())) {
            file.stream().write("new".getBytes(StandardCharsets.UTF_8));
            assertThat(place).hasContent("old");
            file.commit();
        }

        assertThat(place).hasContent("new");
        assertThat(files()).containsExactly(place);
    }

    @Test
    void fileThatIsNotCommittedLeavesNothing() throws IOException {
        try (OutputFile file = OutputFile.open(directory.resolve("out").toString())) {
            file.stream().write(1);
        }

        assertThat(files()).isEmpty();
    }

    @Test
    void linkStaysALink() throws IOException {
        Path place = Files.writeString(directory.resolve("out"), "old");
        Path link = Files.createSymbolicLink(directory.resolve("link"), place);

        try (OutputFile file = OutputFile.open(link.toString())) {
            file.stream().write("new".getBytes(StandardCharsets.UTF_8));
            file.commit();
        }

        assertThat(link).isSymbolicLink();
        assertThat(place).hasContent("new");
    }

    @Test
    void placeThatCannotBeWrittenIsUnusable() {
        assertThatThrownBy(() -> OutputFile.open(directory.toString()))
                .isInstanceOf(UnusableException.class)
                .hasMessage("--output: expected a file, found directory " + directory);
        assertThatThrownBy(() -> OutputFile.open(directory.resolve("no/out").toString()))
                .isInstanceOf(UnusableException.class)
                .hasMessage(
                        "--output: expected a directory to write in, found none: "
                                + directory.resolve("no"));
        assertThatThrownBy(() -> OutputFile.open("")).isInstanceOf(UnusableException.class);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void failureToWriteNamesThePlace() throws IOException {
        OutputFile file = OutputFile.open("/dev/full");
        file.stream().write(1);

        assertThatThrownBy(file::commit)
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("--output /dev/full: ");
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }
}
