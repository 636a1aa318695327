/** Every option: key, type, default, description. */
@NullMarked
package io.millrace.flink.options;

import org.jspecify.annotations.NullMarked;
