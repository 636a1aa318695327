@NullMarked
package io.millrace.it.bench;

import org.jspecify.annotations.NullMarked;
