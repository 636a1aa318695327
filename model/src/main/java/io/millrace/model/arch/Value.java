package io.millrace.model.arch;

import org.tensorflow.Operand;

/**
 * A tensor of the graph under construction. Architectures only hand it from one operation of {@link
 * Kernels} to the next.
 *
 * @param operand the node
 */
public record Value(Operand<?> operand) {}
