package io.millrace.kafka.decode;

import io.millrace.flink.record.TextRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record as it was read, or why it could not be.
 *
 * @param record a text, its token ids or a delete; or, not read, none of them
 * @param errorClass name of the exception's class; null: it was read
 * @param reason for people; null: it was read
 */
public record DecodedRecord(
        TextRecord record, @Nullable String errorClass, @Nullable String reason) {}
