package io.millrace.model.arch;

import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.ndarray.buffer.ShortDataBuffer;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TBfloat16;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.family.TType;

/** A weight's numbers in native memory, brought there a chunk at a time. */
final class WeightTensor {
    private static final int QUIET_NAN = 0x40;

    private WeightTensor() {}

    /**
     * Reads a weight; the caller closes what it gets.
     *
     * @param type {@code DT_FLOAT}, or {@code DT_BFLOAT16} to which numbers are rounded
     */
    static TType read(Weight weight, DataType type) {
        Shape shape = Shape.of(weight.dimensions());
        TType tensor =
                switch (type) {
                    case DT_FLOAT -> TFloat32.tensorOf(shape);
                    case DT_BFLOAT16 -> TBfloat16.tensorOf(shape);
                    default ->
                            throw new IllegalArgumentException(
                                    "expected DT_FLOAT or DT_BFLOAT16, found " + type);
                };
        try {
            copy(weight, target(tensor));
            return tensor;
        } catch (RuntimeException e) {
            tensor.close();
            throw e;
        }
    }

    /** Takes some consecutive numbers to their place. */
    private interface Target {
        void write(long from, float[] chunk, int length);
    }

    private static Target target(TType tensor) {
        if (tensor instanceof TFloat32) {
            FloatDataBuffer floats = tensor.asRawTensor().data().asFloats();
            return (from, chunk, length) -> floats.offset(from).write(chunk, 0, length);
        }
        ShortDataBuffer shorts = tensor.asRawTensor().data().asShorts();
        short[][] rounded = {new short[0]};
        return (from, chunk, length) -> {
            if (rounded[0].length < length) {
                rounded[0] = new short[length];
            }
            for (int i = 0; i < length; i++) {
                rounded[0][i] = toBfloat16(chunk[i]);
            }
            shorts.offset(from).write(rounded[0], 0, length);
        };
    }

    private static void copy(Weight weight, Target target) {
        long[] written = {0};
        weight.forEachChunk(
                (chunk, length) -> {
                    target.write(written[0], chunk, length);
                    written[0] += length;
                });
        if (written[0] != weight.size()) {
            throw new IllegalStateException(
                    "tensor %s: expected %d numbers, found %d"
                            .formatted(weight.name(), weight.size(), written[0]));
        }
    }

    /** The nearest bfloat16; of two, the even one. What is not a number stays so. */
    static short toBfloat16(float x) {
        int bits = Float.floatToRawIntBits(x);
        return Float.isNaN(x)
                ? (short) ((bits >>> 16) | QUIET_NAN)
                : (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
    }
}
