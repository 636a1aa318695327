@NullMarked
package io.millrace.it.bench.process;

import org.jspecify.annotations.NullMarked;
