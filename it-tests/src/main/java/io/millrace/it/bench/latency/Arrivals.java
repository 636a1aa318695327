package io.millrace.it.bench.latency;

import java.util.Locale;

/** How texts arrive at a rate. */
enum Arrivals {
    /** Each as long after the one before. */
    CONSTANT,
    /** Each independent of all others, as from many senders who know nothing of each other. */
    POISSON;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
