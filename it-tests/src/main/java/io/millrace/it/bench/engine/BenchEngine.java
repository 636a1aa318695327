package io.millrace.it.bench.engine;

import java.util.List;
import java.util.Optional;

/**
 * What is measured: it turns texts into vectors. Lives in a process of its own, has all the cores
 * while it works and is idle while others do.
 */
public interface BenchEngine extends AutoCloseable {
    /**
     * Prepares for measured passes over texts like these, not measured itself. An engine with a
     * choice of settings tries them here and keeps the fastest.
     */
    default void warmUp(List<String> texts) throws Exception {
        pass(texts);
    }

    /** Every text once. */
    Pass pass(List<String> texts) throws Exception;

    /** The settings that it runs with, chosen ones included, in one line for the report. */
    String setting();

    /**
     * What {@link #warmUp} chose among several settings, as {@link EngineSettings#choice} takes it.
     * Trying them costs memory, so the engine that is measured is a new process that was told.
     */
    default Optional<String> choice() {
        return Optional.empty();
    }

    @Override
    void close() throws Exception;
}
