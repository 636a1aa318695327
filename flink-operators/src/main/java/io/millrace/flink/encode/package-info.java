/**
 * The operator, and the one loaded model that a TaskManager's subtasks share.
 *
 * <p>{@code EncodeBatchOperator} is where Flink's calls meet: start there. It keeps arrivals in
 * their order in {@code EmitQueue}, runs batches on {@code InferenceThreads}, and gets its encoder
 * from an {@link io.millrace.flink.encode.EncoderSource}, normally {@link
 * io.millrace.flink.encode.SharedEncoder}. All metrics are in {@link
 * io.millrace.flink.encode.EncoderMetrics}.
 */
@NullMarked
package io.millrace.flink.encode;

import org.jspecify.annotations.NullMarked;
