/** {@code millrace broker}: a throw-away Kafka. */
@NullMarked
package io.millrace.cli.broker;

import org.jspecify.annotations.NullMarked;
