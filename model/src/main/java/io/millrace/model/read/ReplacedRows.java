package io.millrace.model.read;

import io.millrace.model.arch.Weight;
import java.util.NavigableMap;

/**
 * A tensor of which some rows are another's.
 *
 * @param rows which row of the other is in the place of a row
 * @param width how many numbers a row is
 */
record ReplacedRows(
        Weight.Values base, Weight.Values others, NavigableMap<Long, Long> rows, long width)
        implements Weight.Values {
    @Override
    public void read(long from, long count, Weight.ChunkConsumer consumer) {
        long end = from + count;
        long position = from;
        while (position < end) {
            long row = position / width;
            Long other = rows.get(row);
            Long next = other == null ? rows.higherKey(row) : Long.valueOf(row + 1);
            long until = next == null ? end : Math.min(next * width, end);
            if (other == null) {
                base.read(position, until - position, consumer);
            } else {
                others.read(other * width + position % width, until - position, consumer);
            }
            position = until;
        }
    }
}
