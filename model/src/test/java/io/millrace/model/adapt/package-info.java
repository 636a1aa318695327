/** Tests of merging adapters. */
@NullMarked
package io.millrace.model.adapt;

import org.jspecify.annotations.NullMarked;
