/** Text to tokens, before batching, so that a batch's cost is known. */
@NullMarked
package io.millrace.flink.tokenize;

import org.jspecify.annotations.NullMarked;
