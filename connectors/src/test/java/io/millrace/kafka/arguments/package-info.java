@NullMarked
package io.millrace.kafka.arguments;

import org.jspecify.annotations.NullMarked;
