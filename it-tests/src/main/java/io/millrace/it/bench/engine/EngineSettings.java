package io.millrace.it.bench.engine;

import java.nio.file.Path;

/**
 * What every engine is told.
 *
 * @param model the model directory
 * @param work for files that an engine makes and uses again
 * @param cores that it may use
 */
public record EngineSettings(Path model, Path work, int cores) {}
