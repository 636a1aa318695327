package io.millrace.model.arch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A tensor of the model that has not been loaded yet: what it is and where its numbers come from.
 *
 * @param name unique in the model
 * @param shape as the architecture asked for it
 * @param values the numbers
 */
public record Weight(String name, List<Integer> shape, Values values) {
    /** The numbers of one tensor, in row-major order. */
    public interface Values {
        /**
         * Hands over some consecutive numbers, a piece at a time; the array is valid during each
         * call only.
         *
         * @param from index of the first number
         * @param count how many
         */
        void read(long from, long count, ChunkConsumer consumer);
    }

    /** Takes numbers of a tensor, in order. */
    public interface ChunkConsumer {
        /**
         * Some consecutive numbers.
         *
         * @param chunk holds them from index 0
         * @param length how many of them
         */
        void accept(float[] chunk, int length);
    }

    /** A function of one number. */
    interface Change {
        float of(float x);
    }

    public Weight {
        shape = List.copyOf(shape);
    }

    /** A tensor that is in no file. */
    public static Weight computed(String name, float[] numbers, int... shape) {
        return new Weight(
                name,
                shape(shape),
                (from, count, consumer) -> {
                    int begin = Math.toIntExact(from);
                    int length = Math.toIntExact(count);
                    consumer.accept(Arrays.copyOfRange(numbers, begin, begin + length), length);
                });
    }

    /** Nothing but zeros. */
    static Weight zeros(int size) {
        return computed("zeros[%d]".formatted(size), new float[size], size);
    }

    /** Several tensors as one, their rows one after the other. */
    static Weight concat(List<Weight> parts) {
        List<Integer> shape = new ArrayList<>(parts.get(0).shape);
        shape.set(0, parts.stream().mapToInt(part -> part.shape.get(0)).sum());
        return new Weight(
                parts.stream().map(Weight::name).collect(Collectors.joining("+")),
                shape,
                (from, count, consumer) -> {
                    long begin = 0;
                    for (Weight part : parts) {
                        long first = Math.max(from, begin);
                        long last = Math.min(from + count, begin + part.size());
                        if (first < last) {
                            part.values.read(first - begin, last - first, consumer);
                        }
                        begin += part.size();
                    }
                });
    }

    /** Each number so many times as large. */
    Weight times(float factor) {
        return factor == 1 ? this : map("*" + factor, x -> x * factor);
    }

    /** How many numbers it has. */
    public long size() {
        return product(shape);
    }

    private static long product(List<Integer> dimensions) {
        return dimensions.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
    }

    /** The shape in the form that TensorFlow takes. */
    public long[] dimensions() {
        return shape.stream().mapToLong(Integer::longValue).toArray();
    }

    /** Hands over all numbers. */
    public void forEachChunk(ChunkConsumer consumer) {
        values.read(0, size(), consumer);
    }

    /** Some of its rows: a part of what was stored as one tensor. */
    public Weight rows(int from, int count) {
        List<Integer> part = new ArrayList<>(shape);
        long width = product(shape.subList(1, shape.size()));
        part.set(0, count);
        return new Weight(
                "%s[%d:%d]".formatted(name, from, from + count),
                part,
                (begin, length, consumer) -> values.read(from * width + begin, length, consumer));
    }

    /** Each number changed. */
    Weight map(String suffix, Change change) {
        return new Weight(
                name + suffix,
                shape,
                (from, count, consumer) ->
                        values.read(
                                from,
                                count,
                                (chunk, length) -> {
                                    for (int i = 0; i < length; i++) {
                                        chunk[i] = change.of(chunk[i]);
                                    }
                                    consumer.accept(chunk, length);
                                }));
    }

    /** Columns of each matrix as its rows. {@code [a, b, c] → [a, c, b]} */
    public Weight swapLast() {
        int rows = shape.get(1);
        int columns = shape.get(2);
        long size = (long) rows * columns;
        return new Weight(
                name + "[swapped]",
                List.of(shape.get(0), columns, rows),
                (from, count, consumer) -> {
                    for (long matrix = from / size; matrix * size < from + count; matrix++) {
                        float[] swapped = swapped(matrix * size, rows, columns);
                        int begin = (int) Math.max(from - matrix * size, 0);
                        int end = (int) Math.min(from + count - matrix * size, size);
                        consumer.accept(Arrays.copyOfRange(swapped, begin, end), end - begin);
                    }
                });
    }

    private float[] swapped(long from, int rows, int columns) {
        float[] swapped = new float[Math.multiplyExact(rows, columns)];
        int[] index = {0};
        values.read(
                from,
                swapped.length,
                (chunk, length) -> {
                    for (int i = 0; i < length; i++, index[0]++) {
                        swapped[index[0] % columns * rows + index[0] / columns] = chunk[i];
                    }
                });
        return swapped;
    }

    /** The same numbers in another shape. */
    Weight reshape(int... dimensions) {
        return new Weight(name + "[reshaped]", shape(dimensions), values);
    }

    private static List<Integer> shape(int... dimensions) {
        return Arrays.stream(dimensions).boxed().toList();
    }
}
