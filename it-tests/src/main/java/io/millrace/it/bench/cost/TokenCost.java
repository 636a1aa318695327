package io.millrace.it.bench.cost;

import io.millrace.it.bench.measure.Statistics;
import io.millrace.model.encode.Precision;

/**
 * What a token of a text of this length costs.
 *
 * @param tokens of each text
 * @param precision that is computed with
 * @param cores at work, each with batches of its own
 * @param microseconds a token, round by round: time gone by, over tokens of all cores
 */
public record TokenCost(int tokens, Precision precision, int cores, Statistics microseconds) {}
