@NullMarked
package io.millrace.cli.demo;

import org.jspecify.annotations.NullMarked;
