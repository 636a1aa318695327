/** Hidden states to one vector, inside the graph. */
@NullMarked
package io.millrace.model.pool;

import org.jspecify.annotations.NullMarked;
