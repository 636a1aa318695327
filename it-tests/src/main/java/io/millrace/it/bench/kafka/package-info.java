/**
 * Millrace as people run it: texts on a Kafka topic, the job on a local Flink, vectors on another
 * topic, all on the same cores.
 */
@NullMarked
package io.millrace.it.bench.kafka;

import org.jspecify.annotations.NullMarked;
