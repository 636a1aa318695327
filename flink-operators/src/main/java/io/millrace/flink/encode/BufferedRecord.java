package io.millrace.flink.encode;

import io.millrace.flink.record.TokenizedRecord;
import org.jspecify.annotations.Nullable;

/**
 * A record that has arrived and not left: one element of the operator's state.
 *
 * @param record the text and its tokens
 * @param timestamp of the stream record; null: it had none
 */
public record BufferedRecord(TokenizedRecord record, @Nullable Long timestamp) {}
