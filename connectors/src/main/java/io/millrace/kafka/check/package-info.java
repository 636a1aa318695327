/** Whether Kafka is as the job needs it, before the job starts. */
@NullMarked
package io.millrace.kafka.check;

import org.jspecify.annotations.NullMarked;
