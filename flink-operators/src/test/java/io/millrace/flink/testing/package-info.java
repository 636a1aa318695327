/** Fakes and a harness that the tests of several packages use. */
@NullMarked
package io.millrace.flink.testing;

import org.jspecify.annotations.NullMarked;
