/** What several tests need of Kafka. */
@NullMarked
package io.millrace.kafka.testing;

import org.jspecify.annotations.NullMarked;
