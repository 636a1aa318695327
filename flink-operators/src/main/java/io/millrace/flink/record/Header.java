package io.millrace.flink.record;

import org.jspecify.annotations.Nullable;

/** One header of a record, as Kafka has them: names may repeat, values may be null. */
@SuppressWarnings("ArrayRecordComponent") // passed through, compared by nobody
public record Header(String name, byte @Nullable [] value) {}
