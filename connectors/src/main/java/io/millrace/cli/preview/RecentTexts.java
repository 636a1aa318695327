package io.millrace.cli.preview;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.PriorityQueue;

/** The distinct texts that came last, and their vectors; finds the nearest by cosine. */
final class RecentTexts {
    private final int capacity;
    private final LinkedHashMap<String, Entry> entries = new LinkedHashMap<>();
    private long added;

    RecentTexts(int capacity) {
        this.capacity = capacity;
    }

    /**
     * A text and when it came last.
     *
     * @param number counts arrivals, from 1
     * @param sample its vector has length 1
     */
    record Entry(long number, Sample sample) {}

    /** An entry and how near it is, from -1 to 1. */
    record Neighbour(Entry entry, double cosine) {}

    /** A text that is here already becomes the newest. */
    synchronized void add(Sample sample) {
        entries.remove(sample.text());
        entries.put(sample.text(), new Entry(++added, withUnitVector(sample)));
        if (entries.size() > capacity) {
            entries.remove(entries.keySet().iterator().next());
        }
    }

    synchronized int size() {
        return entries.size();
    }

    /** At most so many, the newest last. */
    synchronized List<Entry> newest(int atMost) {
        List<Entry> all = new ArrayList<>(entries.values());
        return List.copyOf(all.subList(Math.max(0, all.size() - atMost), all.size()));
    }

    /** At most so many, the nearest first. */
    List<Neighbour> nearest(float[] query, int atMost) {
        float[] unit = unit(query);
        PriorityQueue<Neighbour> nearest =
                new PriorityQueue<>(Comparator.comparingDouble(Neighbour::cosine));
        for (Entry entry : newest(capacity)) {
            nearest.add(new Neighbour(entry, dot(unit, entry.sample().vector())));
            if (nearest.size() > atMost) {
                nearest.remove();
            }
        }
        return nearest.stream()
                .sorted(Comparator.comparingDouble(Neighbour::cosine).reversed())
                .toList();
    }

    private static Sample withUnitVector(Sample sample) {
        return new Sample(
                sample.text(), sample.tokens(), sample.truncated(), unit(sample.vector()));
    }

    /** This vector with length 1; itself where it has that already, or where it is zero. */
    static float[] unit(float[] vector) {
        double length = Math.sqrt(dot(vector, vector));
        if (length == 0 || Math.abs(length - 1) < 1e-5) {
            return vector;
        }
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / length);
        }
        return unit;
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }
}
