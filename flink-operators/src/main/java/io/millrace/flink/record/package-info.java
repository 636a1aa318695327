/** The records that flow through a job. */
@NullMarked
package io.millrace.flink.record;

import org.jspecify.annotations.NullMarked;
