/**
 * Latencies by percentile as an SVG: {@link io.millrace.it.bench.plot.PercentilePlot} from points,
 * without a library. The same points make the same bytes.
 */
@NullMarked
package io.millrace.it.bench.plot;

import org.jspecify.annotations.NullMarked;
