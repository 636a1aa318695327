/** Tests of the tokenizer. */
@NullMarked
package io.millrace.model.tokenize;

import org.jspecify.annotations.NullMarked;
