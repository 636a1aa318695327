package io.millrace.cli.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** The distinct texts seen so far and their vectors; finds the nearest by cosine. */
final class Neighbours {
    /** Enough to look interesting; each search looks at all of them. */
    private static final int MAX_TEXTS = 2_000;

    private final Map<String, float[]> vectors = new LinkedHashMap<>();
    private final List<String> texts = new ArrayList<>();
    private final Random random = new Random(1);

    /** A text and how near it is, from -1 to 1. */
    record Neighbour(String text, double cosine) {}

    void add(String text, float[] vector) {
        if (texts.size() < MAX_TEXTS && vectors.putIfAbsent(text, unit(vector)) == null) {
            texts.add(text);
        }
    }

    int size() {
        return texts.size();
    }

    boolean has(String text) {
        return vectors.containsKey(text);
    }

    /** One of the texts, by chance; the same ones in each run. */
    String any() {
        return texts.get(random.nextInt(texts.size()));
    }

    /** The nearest other texts, the nearest first. */
    List<Neighbour> nearest(String text, int count) {
        float[] vector = vectors.getOrDefault(text, new float[0]);
        return vectors.entrySet().stream()
                .filter(other -> !other.getKey().equals(text))
                .map(other -> new Neighbour(other.getKey(), dot(vector, other.getValue())))
                .sorted(Comparator.comparingDouble(Neighbour::cosine).reversed())
                .limit(count)
                .toList();
    }

    private static float[] unit(float[] vector) {
        double length = Math.sqrt(dot(vector, vector));
        float[] unit = vector.clone();
        for (int i = 0; i < unit.length && length > 0; i++) {
            unit[i] = (float) (unit[i] / length);
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
