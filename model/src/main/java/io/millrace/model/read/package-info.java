/**
 * Reads a model directory: configuration, weights, sentence-transformers pipeline. Nothing in here
 * runs a model.
 *
 * <p>{@link io.millrace.model.read.ModelDirectory#open} is the way in. It gathers all problems of a
 * directory before it refuses it.
 */
@NullMarked
package io.millrace.model.read;

import org.jspecify.annotations.NullMarked;
