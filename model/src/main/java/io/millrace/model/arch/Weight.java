package io.millrace.model.arch;

import java.util.Arrays;
import java.util.List;

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
        /** Hands over all numbers, a piece at a time; the array is valid during each call only. */
        void forEachChunk(ChunkConsumer consumer);
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

    public Weight {
        shape = List.copyOf(shape);
    }

    /** How many numbers it has. */
    public long size() {
        return shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
    }

    /** The shape in the form that TensorFlow takes. */
    public long[] dimensions() {
        return shape.stream().mapToLong(Integer::longValue).toArray();
    }

    static List<Integer> shape(int... dimensions) {
        return Arrays.stream(dimensions).boxed().toList();
    }
}
