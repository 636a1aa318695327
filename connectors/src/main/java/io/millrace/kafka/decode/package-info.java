/** Kafka's records to texts; what cannot be read goes to the dead letters as it is. */
@NullMarked
package io.millrace.kafka.decode;

import org.jspecify.annotations.NullMarked;
