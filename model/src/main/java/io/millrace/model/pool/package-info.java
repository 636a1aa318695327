/**
 * Hidden states to one vector, inside the graph: {@link io.millrace.model.pool.Pipeline} pools,
 * takes one {@link io.millrace.model.pool.Step} after the other, and truncates. Only {@code [rows,
 * dimension]} leaves TensorFlow.
 */
@NullMarked
package io.millrace.model.pool;

import org.jspecify.annotations.NullMarked;
