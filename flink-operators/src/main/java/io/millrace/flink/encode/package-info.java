/** The operator, and the one loaded model that a TaskManager's subtasks share. */
@NullMarked
package io.millrace.flink.encode;

import org.jspecify.annotations.NullMarked;
