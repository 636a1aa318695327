@NullMarked
package io.millrace.cli.preview;

import org.jspecify.annotations.NullMarked;
