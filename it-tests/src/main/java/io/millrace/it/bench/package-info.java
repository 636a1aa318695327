/** The bench: this and other engines over the same texts, side by side. */
@NullMarked
package io.millrace.it.bench;

import org.jspecify.annotations.NullMarked;
