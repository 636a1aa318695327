/** What this machine can do at most: large matrix products. */
@NullMarked
package io.millrace.it.bench.peak;

import org.jspecify.annotations.NullMarked;
