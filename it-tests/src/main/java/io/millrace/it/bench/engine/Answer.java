package io.millrace.it.bench.engine;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * What an engine's process says: one JSON object a line. Exactly one of the components is set; an
 * engine in another language writes the same objects.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Answer(
        @Nullable Ready ready,
        @Nullable Warm warm,
        @Nullable Measured pass,
        @Nullable Written vectors,
        @Nullable String error) {

    /**
     * The first line, unasked.
     *
     * @param version the library's
     * @param librarySeconds to load native code
     * @param loadSeconds to load the model after that
     */
    public record Ready(
            String version,
            @JsonProperty("library_seconds") double librarySeconds,
            @JsonProperty("load_seconds") double loadSeconds) {}

    /**
     * To {@code warm N}: the first N texts are encoded.
     *
     * @param setting what it runs with
     * @param choice what it chose among several settings, for a new process to be told; null: there
     *     was nothing to choose
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Warm(String setting, @Nullable String choice) {}

    /**
     * To {@code pass}: all texts are encoded once.
     *
     * @param operations floating point operations; only of what measures these and no texts
     */
    public record Measured(double seconds, long texts, long tokens, double operations) {}

    /**
     * To {@code vectors N FILE}: the first N vectors of the last pass are in the file, as
     * little-endian float32.
     */
    public record Written(int count, int dimension) {}

    public static Answer of(Ready ready) {
        return new Answer(ready, null, null, null, null);
    }

    public static Answer of(Warm warm) {
        return new Answer(null, warm, null, null, null);
    }

    public static Answer of(Measured pass) {
        return new Answer(null, null, pass, null, null);
    }

    public static Answer of(Written vectors) {
        return new Answer(null, null, null, vectors, null);
    }

    /** What could not be done, and why. */
    public static Answer error(String message) {
        return new Answer(null, null, null, null, message);
    }
}
