/** Tests of the records as Flink moves them. */
@NullMarked
package io.millrace.flink.record;

import org.jspecify.annotations.NullMarked;
