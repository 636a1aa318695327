package io.millrace.it.bench.micro;

import java.time.Duration;

/**
 * How much is done to be sure of a figure.
 *
 * @param forks processes, as one may by chance be compiled better than another; 0: in this one
 * @param warmUps iterations that do not count
 * @param iterations that count, in each process
 * @param time of each iteration
 */
record Effort(int forks, int warmUps, int iterations, Duration time) {
    static final Effort FULL = new Effort(3, 5, 5, Duration.ofSeconds(1));
    static final Effort QUICK = new Effort(1, 3, 3, Duration.ofMillis(300));
}
