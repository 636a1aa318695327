@NullMarked
package io.millrace.it.bench.micro;

import org.jspecify.annotations.NullMarked;
