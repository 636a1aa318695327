@NullMarked
package io.millrace.kafka.decode;

import org.jspecify.annotations.NullMarked;
