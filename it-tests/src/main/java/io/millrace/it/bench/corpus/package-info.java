/** The texts. */
@NullMarked
package io.millrace.it.bench.corpus;

import org.jspecify.annotations.NullMarked;
