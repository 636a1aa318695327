/** How JSON is read and written: strictly, within bounds, and never quoted in a message. */
@NullMarked
package io.millrace.kafka.json;

import org.jspecify.annotations.NullMarked;
