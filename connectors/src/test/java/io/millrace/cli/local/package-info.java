@NullMarked
package io.millrace.cli.local;

import org.jspecify.annotations.NullMarked;
