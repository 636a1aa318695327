/** Millrace's own encoder as an engine. */
@NullMarked
package io.millrace.it.bench.millrace;

import org.jspecify.annotations.NullMarked;
