package io.millrace.model.read;

import io.millrace.model.arch.Weight;

/**
 * A tensor with other numbers from one place on.
 *
 * @param start where the others begin
 * @param size how many they are
 */
record ReplacedRows(Weight.Values base, Weight.Values others, long start, long size)
        implements Weight.Values {
    @Override
    public void read(long from, long count, Weight.ChunkConsumer consumer) {
        long end = from + count;
        long first = Math.min(Math.max(start, from), end);
        long last = Math.min(Math.max(start + size, first), end);
        read(base, from, first - from, consumer);
        read(others, first - start, last - first, consumer);
        read(base, last, end - last, consumer);
    }

    private static void read(
            Weight.Values values, long from, long count, Weight.ChunkConsumer consumer) {
        if (count > 0) {
            values.read(from, count, consumer);
        }
    }
}
