/**
 * A page on this machine that shows a job in this process at work.
 *
 * <p>{@code TapFunction} stands behind the encoder and hands what passes to a {@code Tap}, which
 * never makes it wait; {@code Preview} is where everything meets, and {@code PageServer} shows it.
 */
@NullMarked
package io.millrace.cli.preview;

import org.jspecify.annotations.NullMarked;
