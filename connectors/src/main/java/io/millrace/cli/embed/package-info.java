/**
 * {@code millrace embed}: files in, vectors out, without Kafka or Flink.
 *
 * <p>Lines → {@link io.millrace.cli.read.InputReader records} → a window of them → token ids →
 * batches of one padded length → vectors → lines, in the order of the input. The main thread reads
 * and writes; inference threads tokenize, encode and render.
 */
@NullMarked
package io.millrace.cli.embed;

import org.jspecify.annotations.NullMarked;
