/**
 * Which texts share a batch, and when it is closed. Plain Java: knows neither Flink nor threads.
 *
 * <p>{@link io.millrace.flink.batch.BatchBuffer} is the whole policy; {@link
 * io.millrace.flink.batch.TokenBudget} is the one number in it that changes while a job runs.
 */
@NullMarked
package io.millrace.flink.batch;

import org.jspecify.annotations.NullMarked;
