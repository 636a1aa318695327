/**
 * Micro-batched encoding as a Flink operator. Knows Flink and the model module; never TensorFlow,
 * never Kafka.
 *
 * <p>The way of a record, and where to read about it:
 *
 * <ol>
 *   <li>{@link io.millrace.flink.EncodeStream} lays two operators behind a stream of {@link
 *       io.millrace.flink.record.TextRecord};
 *   <li>{@link io.millrace.flink.tokenize.TokenizeFunction} makes tokens of each text;
 *   <li>{@code encode.EncodeBatchOperator} gives each record a place in its queue and lets it wait
 *       in the {@link io.millrace.flink.batch.BatchBuffer}, which decides who shares a batch;
 *   <li>inference threads run whole batches on the one encoder that all subtasks of a TaskManager
 *       share, {@link io.millrace.flink.encode.SharedEncoder};
 *   <li>vectors and rejected records leave in their places: {@link
 *       io.millrace.flink.EncodedStream}.
 * </ol>
 *
 * <p><b>Delivery.</b> A record that has arrived and not left is in the checkpoint; one that has
 * left is not. Nothing else is promised and nothing else is needed for exactly-once.
 *
 * <p><b>Threads.</b> One mailbox thread a subtask, on which everything happens but inference.
 */
@NullMarked
package io.millrace.flink;

import org.jspecify.annotations.NullMarked;
