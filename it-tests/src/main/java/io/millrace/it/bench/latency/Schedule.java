package io.millrace.it.bench.latency;

import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;

/** When texts are meant to be sent; known before the first is, and changed by nothing. */
final class Schedule {
    private static final double NANOS = 1e9;

    private final long[] nanos;
    private final long end;

    private Schedule(long[] nanos, long end) {
        this.nanos = nanos;
        this.end = end;
    }

    /**
     * Texts at a rate for some time.
     *
     * @param perSecond on average
     * @param seed of {@link Arrivals#POISSON}; the same seed makes the same schedule
     */
    static Schedule of(Arrivals arrivals, double perSecond, Duration length, long seed) {
        if (!(perSecond > 0) || length.isNegative() || length.isZero()) {
            throw new IllegalArgumentException(
                    "expected texts per second and a length of more than 0, found %s and %s"
                            .formatted(perSecond, length));
        }
        long end = length.toNanos();
        return new Schedule(
                switch (arrivals) {
                    case CONSTANT -> constant(perSecond, end);
                    case POISSON -> poisson(perSecond, end, new SplittableRandom(seed));
                },
                end);
    }

    private static long[] constant(double perSecond, long end) {
        int texts = Math.max(1, Math.toIntExact((long) Math.ceil(end / NANOS * perSecond)));
        long[] nanos = new long[texts];
        // Each from the beginning: rounding must not add up.
        Arrays.setAll(nanos, i -> Math.round(i * NANOS / perSecond));
        return nanos;
    }

    private static long[] poisson(double perSecond, long end, SplittableRandom random) {
        long[] nanos = new long[16];
        int texts = 0;
        for (double at = 0; at < end; at += pause(perSecond, random)) {
            if (texts == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * texts);
            }
            nanos[texts++] = Math.round(at);
        }
        return Arrays.copyOf(nanos, texts);
    }

    /** Exponentially distributed. */
    private static double pause(double perSecond, SplittableRandom random) {
        return -Math.log(1 - random.nextDouble()) / perSecond * NANOS;
    }

    int texts() {
        return nanos.length;
    }

    /** When this text is meant to be sent, in nanoseconds from the beginning. */
    long nanos(int text) {
        return nanos[text];
    }

    /** When the schedule is over, in nanoseconds from the beginning. */
    long end() {
        return end;
    }

    /** The first text that is meant to be sent at or after this time; all texts, if none is. */
    int firstFrom(long time) {
        int found = Arrays.binarySearch(nanos, time);
        int first = found < 0 ? -found - 1 : found;
        while (first > 0 && nanos[first - 1] == time) {
            first--;
        }
        return first;
    }
}
