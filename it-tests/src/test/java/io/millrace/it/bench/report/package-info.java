@NullMarked
package io.millrace.it.bench.report;

import org.jspecify.annotations.NullMarked;
