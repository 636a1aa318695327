/**
 * Reads a model directory: configuration, weights, sentence-transformers pipeline. Nothing in here
 * runs a model.
 */
@NullMarked
package io.millrace.model.read;

import org.jspecify.annotations.NullMarked;
