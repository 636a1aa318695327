package io.millrace.flink.options;

/** In which order vectors leave. The names are those of Flink's asynchronous operators. */
public enum OutputMode {
    /** In the order of arrival. */
    ORDERED,
    /** As soon as a batch is done; watermarks and deletes are never overtaken. */
    ALLOW_UNORDERED
}
