/** Tests of the operator, alone and in jobs. */
@NullMarked
package io.millrace.flink.encode;

import org.jspecify.annotations.NullMarked;
