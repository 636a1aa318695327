/** The encoder architectures, one file each, as graphs made of one small set of operations. */
@NullMarked
package io.millrace.model.arch;

import org.jspecify.annotations.NullMarked;
