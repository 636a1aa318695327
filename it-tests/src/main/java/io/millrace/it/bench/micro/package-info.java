/**
 * What the job does with a text beside encoding it, each step alone, measured by JMH: {@code
 * millrace bench micro}.
 */
@NullMarked
package io.millrace.it.bench.micro;

import org.jspecify.annotations.NullMarked;
