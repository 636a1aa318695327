package io.millrace.model.read;

import io.millrace.model.ModelException;
import io.millrace.model.arch.ConfigKeys;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/** A {@code config.json} that is in no directory yet. */
public final class ConfigText {
    private static final String NAME = "config.json";

    private ConfigText() {}

    /**
     * What a reader makes of the configuration.
     *
     * @param directory where it is to be
     * @throws ModelException with all that the reader has noted
     */
    public static <T> T read(Path directory, String json, Function<ConfigKeys, T> reader) {
        Problems problems = new Problems(directory);
        Optional<T> result = JsonFile.parse(NAME, json, problems).map(reader);
        problems.throwIfAny();
        return result.orElseThrow();
    }
}
