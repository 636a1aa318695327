@NullMarked
package io.millrace.kafka.options;

import org.jspecify.annotations.NullMarked;
