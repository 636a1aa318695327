package io.millrace.it.bench.plot;

import java.util.ArrayList;
import java.util.List;

/**
 * Positive numbers by their order of magnitude, between two round ones.
 *
 * @param min the smallest, 1, 2 or 5 times a power of ten
 * @param max the largest, 1, 2 or 5 times a power of ten
 * @param from where the smallest is drawn
 * @param to where the largest is drawn
 */
record LogScale(double min, double max, double from, double to) {
    private static final double[] ROUND = {1, 2, 5, 10};

    /** How far a number may be from a round one and be taken for it. */
    private static final double ROUNDING = 1e-9;

    LogScale {
        if (!(min > 0 && max > min)) {
            throw new IllegalArgumentException(
                    "expected 0 < min < max, found %s and %s".formatted(min, max));
        }
    }

    /** The narrowest scale between round numbers that shows both, and at least one step. */
    static LogScale around(double smallest, double largest, double from, double to) {
        double min = roundDown(smallest);
        double max = roundUp(largest);
        return new LogScale(min, max > min ? max : roundUp(min * 1.5), from, to);
    }

    double at(double value) {
        return from + Math.log(value / min) / Math.log(max / min) * (to - from);
    }

    /** The round numbers from end to end. */
    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>();
        for (double tick = min; tick <= max * (1 + ROUNDING); tick = roundUp(tick * 1.5)) {
            ticks.add(tick);
        }
        return ticks;
    }

    private static double roundDown(double value) {
        double power = power(value);
        double found = power;
        for (double round : ROUND) {
            if (round * power <= value * (1 + ROUNDING)) {
                found = round * power;
            }
        }
        return found;
    }

    private static double roundUp(double value) {
        double power = power(value);
        for (double round : ROUND) {
            if (round * power >= value * (1 - ROUNDING)) {
                return round * power;
            }
        }
        return 2 * ROUND[ROUND.length - 1] * power;
    }

    private static double power(double value) {
        return Math.pow(10, Math.floor(Math.log10(value) + ROUNDING));
    }
}
