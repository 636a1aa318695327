/** What a measured engine is, and the lines that it speaks. */
@NullMarked
package io.millrace.it.bench.engine;

import org.jspecify.annotations.NullMarked;
