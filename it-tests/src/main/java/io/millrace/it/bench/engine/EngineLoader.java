package io.millrace.it.bench.engine;

/** Loads an engine; its native library and the model apart, so that both times are known. */
public interface EngineLoader {
    /** Loads native code and nothing else. */
    void loadLibrary() throws Exception;

    /** The library and its version, for the report. Asked after {@link #loadLibrary}. */
    String version();

    /** Loads the model; the engine can encode when this returns. */
    BenchEngine load(EngineSettings settings) throws Exception;
}
