/** Tests of which texts share a batch. */
@NullMarked
package io.millrace.flink.batch;

import org.jspecify.annotations.NullMarked;
