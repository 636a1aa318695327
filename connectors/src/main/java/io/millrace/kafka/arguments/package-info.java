/** Flink's option definitions as a command line. */
@NullMarked
package io.millrace.kafka.arguments;

import org.jspecify.annotations.NullMarked;
