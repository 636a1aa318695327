/**
 * Fuzzing of everything that reads a model directory: {@code FuzzTest} spoils one file of a whole
 * directory at a time, {@code Fuzzer} keeps what reaches new code.
 */
@NullMarked
package io.millrace.model.fuzz;

import org.jspecify.annotations.NullMarked;
