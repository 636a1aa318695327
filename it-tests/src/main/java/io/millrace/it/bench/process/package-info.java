/** Engines as child processes, from the parent's side. */
@NullMarked
package io.millrace.it.bench.process;

import org.jspecify.annotations.NullMarked;
