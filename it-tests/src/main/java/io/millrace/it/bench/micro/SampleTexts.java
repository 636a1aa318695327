package io.millrace.it.bench.micro;

import static java.util.Objects.requireNonNull;

import io.millrace.cli.demo.DemoCommand;
import io.millrace.cli.shell.TemporaryDirectory;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A file with texts, which JMH's processes can read.
 *
 * @param file theirs, or a copy of the demo's messages
 * @param temporary where the copy is
 */
record SampleTexts(Path file, @Nullable TemporaryDirectory temporary) implements AutoCloseable {
    private static final String MESSAGES = "messages.jsonl";

    /**
     * A file of texts.
     *
     * @param file null: the demo's messages
     */
    static SampleTexts of(@Nullable Path file) throws IOException {
        if (file != null) {
            return new SampleTexts(file, null);
        }
        TemporaryDirectory temporary = TemporaryDirectory.create("millrace-micro-");
        Path copy = temporary.path().resolve(MESSAGES);
        try (InputStream messages = DemoCommand.class.getResourceAsStream(MESSAGES)) {
            Files.copy(requireNonNull(messages, MESSAGES), copy);
        }
        return new SampleTexts(copy, temporary);
    }

    @Override
    public void close() throws IOException {
        if (temporary != null) {
            temporary.close();
        }
    }
}
