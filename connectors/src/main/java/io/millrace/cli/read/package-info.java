/** Lines of files as texts, for the commands that read files. */
@NullMarked
package io.millrace.cli.read;

import org.jspecify.annotations.NullMarked;
