/** Tests of the whole way from a directory to vectors. */
@NullMarked
package io.millrace.model.encode;

import org.jspecify.annotations.NullMarked;
