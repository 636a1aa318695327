/**
 * What {@code millrace demo} brings along: short messages, and a small model made from them and a
 * seed.
 */
@NullMarked
package io.millrace.cli.demo;

import org.jspecify.annotations.NullMarked;
