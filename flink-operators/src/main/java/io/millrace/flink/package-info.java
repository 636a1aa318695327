/**
 * Micro-batched encoding as a Flink operator. Knows Flink and the model module; never TensorFlow,
 * never Kafka.
 *
 * <p>The front door is {@code EncodeStream}; the operator behind it is in {@code encode}, the
 * records it moves are in {@code record}, its options in {@code options}.
 */
@NullMarked
package io.millrace.flink;

import org.jspecify.annotations.NullMarked;
