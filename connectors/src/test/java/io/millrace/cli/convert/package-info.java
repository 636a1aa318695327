/** Tests of what makes model directories. */
@NullMarked
package io.millrace.cli.convert;

import org.jspecify.annotations.NullMarked;
