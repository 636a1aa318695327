package io.millrace.it.bench.engine;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What every engine is told.
 *
 * @param model the model directory
 * @param work for files that an engine makes and uses again
 * @param cores that it may use
 * @param choice of settings that the engine made in an earlier process; null: it is to choose
 */
public record EngineSettings(Path model, Path work, int cores, @Nullable String choice) {
    /** For an engine that has nothing to choose, or is to choose. */
    public EngineSettings(Path model, Path work, int cores) {
        this(model, work, cores, null);
    }
}
