/** {@code millrace inspect}: what a model directory is, and whether it runs. */
@NullMarked
package io.millrace.cli.inspect;

import org.jspecify.annotations.NullMarked;
