/**
 * Makes model directories: a trained model that is published as an ONNX file in a jar becomes the
 * ordinary directory that its authors publish elsewhere.
 */
@NullMarked
package io.millrace.cli.convert;

import org.jspecify.annotations.NullMarked;
