/** Tests of the directories that are made here. */
@NullMarked
package io.millrace.model.write;

import org.jspecify.annotations.NullMarked;
