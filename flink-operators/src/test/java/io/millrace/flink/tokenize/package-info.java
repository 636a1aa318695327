/** Tests of text to tokens. */
@NullMarked
package io.millrace.flink.tokenize;

import org.jspecify.annotations.NullMarked;
