package io.millrace.model;

import java.nio.file.Path;
import java.util.List;

/** A model directory that cannot be run, with everything that is wrong with it in one message. */
public final class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    /**
     * @param directory the directory that was to be opened
     * @param problems one line each: what was expected, what was found, in which file
     */
    public ModelException(Path directory, List<String> problems) {
        super(
                "Model directory %s cannot be run:%n  - %s"
                        .formatted(
                                directory, String.join(System.lineSeparator() + "  - ", problems)));
        this.problems = List.copyOf(problems);
    }

    public List<String> problems() {
        return problems;
    }
}
