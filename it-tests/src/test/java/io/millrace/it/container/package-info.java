/** Docker and its compose command, as the tests use them. */
@NullMarked
package io.millrace.it.container;

import org.jspecify.annotations.NullMarked;
