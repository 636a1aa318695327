/** Vectors and dead letters to Kafka's records. */
@NullMarked
package io.millrace.kafka.emit;

import org.jspecify.annotations.NullMarked;
