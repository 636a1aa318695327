/** Tests of reading directories, good and bad. */
@NullMarked
package io.millrace.model.read;

import org.jspecify.annotations.NullMarked;
