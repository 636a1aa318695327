package io.millrace.it.bench.plot;

import java.util.ArrayList;
import java.util.List;

/**
 * Fractions by their nines: 0.9, 0.99 and 0.999 are equally far apart, as far as 0 is from 0.9.
 * What happens to one text in a thousand is as wide as what happens to one in ten.
 *
 * @param last the largest fraction, below 1
 * @param from where 0 is drawn
 * @param to where the largest is drawn
 */
record NinesScale(double last, double from, double to) {
    private static final double HALF = 0.5;

    NinesScale {
        if (!(last > 0 && last < 1)) {
            throw new IllegalArgumentException(
                    "last: expected more than 0 and less than 1, found " + last);
        }
    }

    /** How many nines a fraction has: 1 for 0.9, 2 for 0.99. */
    static double nines(double fraction) {
        return -Math.log10(1 - fraction);
    }

    /** The fraction that has so many nines. */
    static double fraction(double nines) {
        return 1 - Math.pow(10, -nines);
    }

    double at(double fraction) {
        return from + nines(fraction) / nines(last) * (to - from);
    }

    /** Fractions worth a label: none, half, and every whole number of nines that is in sight. */
    List<Double> ticks() {
        List<Double> ticks = new ArrayList<>(List.of(0.0));
        if (last >= HALF) {
            ticks.add(HALF);
        }
        for (int nines = 1; nines <= nines(last); nines++) {
            ticks.add(fraction(nines));
        }
        return ticks;
    }
}
