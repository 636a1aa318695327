@NullMarked
package io.millrace.kafka.emit;

import org.jspecify.annotations.NullMarked;
