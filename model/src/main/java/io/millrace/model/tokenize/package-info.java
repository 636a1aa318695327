/**
 * Text to token ids: {@link io.millrace.model.tokenize.Tokenizer}, and the native library behind
 * it.
 */
@NullMarked
package io.millrace.model.tokenize;

import org.jspecify.annotations.NullMarked;
