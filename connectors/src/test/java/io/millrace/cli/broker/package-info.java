@NullMarked
package io.millrace.cli.broker;

import org.jspecify.annotations.NullMarked;
