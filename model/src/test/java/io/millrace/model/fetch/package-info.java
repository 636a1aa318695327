/** Tests of the Hub, against one on this machine. */
@NullMarked
package io.millrace.model.fetch;

import org.jspecify.annotations.NullMarked;
