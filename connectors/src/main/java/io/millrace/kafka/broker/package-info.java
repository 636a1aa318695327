/** A throw-away Kafka inside this process, for trying things and for tests. */
@NullMarked
package io.millrace.kafka.broker;

import org.jspecify.annotations.NullMarked;
