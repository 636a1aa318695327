/**
 * The encoder architectures, one file each, as graphs made of one small set of operations.
 *
 * <p>{@link io.millrace.model.arch.EncoderConfig} says what an encoder is like, {@link
 * io.millrace.model.arch.Weights} finds its tensors, {@link io.millrace.model.arch.Architecture}
 * puts both together, and {@link io.millrace.model.arch.Kernels} are all that it may use. Only
 * {@link io.millrace.model.arch.PortableKernels} and what it is made of know TensorFlow.
 */
@NullMarked
package io.millrace.model.arch;

import org.jspecify.annotations.NullMarked;
