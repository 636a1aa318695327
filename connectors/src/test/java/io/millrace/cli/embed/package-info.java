@NullMarked
package io.millrace.cli.embed;

import org.jspecify.annotations.NullMarked;
