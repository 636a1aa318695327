@NullMarked
package io.millrace.it.bench.latency;

import org.jspecify.annotations.NullMarked;
