/** Tests of what stands below the architectures. */
@NullMarked
package io.millrace.model.arch;

import org.jspecify.annotations.NullMarked;
