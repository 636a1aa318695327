/** {@code millrace run}: the Kafka job on a Flink in this process. */
@NullMarked
package io.millrace.cli.run;

import org.jspecify.annotations.NullMarked;
