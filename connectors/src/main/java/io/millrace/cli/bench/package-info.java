/** {@code millrace bench}, where it cannot run. */
@NullMarked
package io.millrace.cli.bench;

import org.jspecify.annotations.NullMarked;
