/** Tests of the Kafka engine. */
@org.jspecify.annotations.NullMarked
package io.millrace.it.bench.kafka;
