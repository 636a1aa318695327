@NullMarked
package io.millrace.cli.read;

import org.jspecify.annotations.NullMarked;
