package io.millrace.kafka.options;

/** What a vector becomes on its way out. */
public enum OutputFormat {
    /** A JSON object with the vector and what else is known. */
    JSON,
    /** The vector alone: four little-endian bytes a component. */
    FLOAT32
}
