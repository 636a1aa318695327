package io.millrace.model.read;

import io.millrace.model.ModelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Everything that is wrong with one directory, gathered so that a user hears of it all at once. */
final class Problems {
    private final Path directory;
    private final List<String> lines = new ArrayList<>();

    Problems(Path directory) {
        this.directory = directory;
    }

    void add(String file, String expected, String found) {
        lines.add("%s: expected %s, found %s".formatted(file, expected, found));
    }

    int count() {
        return lines.size();
    }

    void throwIfAny() {
        if (!lines.isEmpty()) {
            throw new ModelException(directory, lines);
        }
    }
}
