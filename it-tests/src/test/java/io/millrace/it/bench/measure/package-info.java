@NullMarked
package io.millrace.it.bench.measure;

import org.jspecify.annotations.NullMarked;
