/** Which records share a batch, and when it is full. Plain Java; no Flink. */
@NullMarked
package io.millrace.flink.batch;

import org.jspecify.annotations.NullMarked;
