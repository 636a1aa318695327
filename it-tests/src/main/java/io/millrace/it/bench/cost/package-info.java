/** What a token costs, by the length of its text, the precision and the cores. */
@NullMarked
package io.millrace.it.bench.cost;

import org.jspecify.annotations.NullMarked;
