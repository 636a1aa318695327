/**
 * Kafka records in and out: decode, emit, dead letters, and the job itself. The only place that
 * knows Kafka.
 */
@NullMarked
package io.millrace.kafka;

import org.jspecify.annotations.NullMarked;
