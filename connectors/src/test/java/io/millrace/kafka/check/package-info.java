@NullMarked
package io.millrace.kafka.check;

import org.jspecify.annotations.NullMarked;
