/** The Kafka job on a Flink in this process: start, count, stop, resume. */
@NullMarked
package io.millrace.cli.local;

import org.jspecify.annotations.NullMarked;
