/** Text to token ids. */
@NullMarked
package io.millrace.model.tokenize;

import org.jspecify.annotations.NullMarked;
