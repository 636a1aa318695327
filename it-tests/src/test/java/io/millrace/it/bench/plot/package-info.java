@NullMarked
package io.millrace.it.bench.plot;

import org.jspecify.annotations.NullMarked;
