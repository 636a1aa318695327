/** Other JVM engines, with the settings that their documentation recommends. */
@NullMarked
package io.millrace.it.bench.peer;

import org.jspecify.annotations.NullMarked;
