/** Every option of the Kafka job: key, type, default, description. */
@NullMarked
package io.millrace.kafka.options;

import org.jspecify.annotations.NullMarked;
