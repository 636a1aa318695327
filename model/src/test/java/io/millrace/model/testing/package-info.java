/** Fakes that other modules' tests use too. */
@NullMarked
package io.millrace.model.testing;

import org.jspecify.annotations.NullMarked;
