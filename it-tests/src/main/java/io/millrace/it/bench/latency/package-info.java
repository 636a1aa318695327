/**
 * Latency from Kafka to Kafka at fixed arrival rates, {@code millrace bench latency}.
 *
 * <p>{@link io.millrace.it.bench.latency.CapacityRun} finds how many texts a second come through at
 * most. Then {@link io.millrace.it.bench.latency.LoadRun} plays a {@link
 * io.millrace.it.bench.latency.Schedule} for each load, whatever becomes of the texts: a {@link
 * io.millrace.it.bench.latency.Ledger} has when each was meant to be sent, was sent, and came back.
 * All else is arithmetic on ledgers.
 */
@NullMarked
package io.millrace.it.bench.latency;

import org.jspecify.annotations.NullMarked;
