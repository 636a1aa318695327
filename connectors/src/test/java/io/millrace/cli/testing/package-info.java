/** Helpers of the command line's tests. */
@NullMarked
package io.millrace.cli.testing;

import org.jspecify.annotations.NullMarked;
