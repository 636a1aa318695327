/** What follows from measured times: medians, ratios, operations, distances. */
@NullMarked
package io.millrace.it.bench.measure;

import org.jspecify.annotations.NullMarked;
