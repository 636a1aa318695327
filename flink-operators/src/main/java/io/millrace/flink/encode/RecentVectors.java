package io.millrace.flink.encode;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of the texts that came last, by their tokens. A vector is a function of its text's
 * tokens, the model and its options, to the bit; model and options are those of the operator that
 * owns this. So a remembered vector is the one that encoding would give.
 *
 * <p>Whoever gets a vector must not change it.
 */
final class RecentVectors {
    private final int capacity;
    private final LinkedHashMap<Tokens, float[]> vectors = new LinkedHashMap<>(16, 0.75f, true);

    /** Remembers at most so many; 0: none. */
    RecentVectors(int capacity) {
        this.capacity = capacity;
    }

    boolean isOff() {
        return capacity == 0;
    }

    float @Nullable [] get(int[] ids) {
        return vectors.get(new Tokens(ids));
    }

    void put(int[] ids, float[] vector) {
        if (isOff()) {
            return;
        }
        vectors.put(new Tokens(ids), vector);
        if (vectors.size() > capacity) {
            Map.Entry<Tokens, float[]> eldest = vectors.entrySet().iterator().next();
            vectors.remove(eldest.getKey());
        }
    }

    private static final class Tokens {
        private final int[] ids;
        private final int hash;

        Tokens(int[] ids) {
            this.ids = ids;
            this.hash = Arrays.hashCode(ids);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Tokens tokens && Arrays.equals(ids, tokens.ids);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
