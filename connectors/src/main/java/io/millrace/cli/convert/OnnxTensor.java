package io.millrace.cli.convert;

import io.millrace.model.arch.Weight;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/**
 * A constant of an ONNX graph.
 *
 * @param type as {@code TensorProto.DataType} numbers it
 * @param data as {@code raw_data} holds it, little-endian; empty where the file keeps it elsewhere
 */
@SuppressWarnings("ArrayRecordComponent") // up to 100 MB, compared by nobody
record OnnxTensor(String name, List<Integer> shape, int type, byte[] data) {
    static final int FLOAT = 1;
    static final int INT64 = 7;

    private static final int CHUNK = 1 << 16;

    /** The same numbers in the same order, in the shape that is expected of them. */
    Weight as(String weight) throws IOException {
        return new Weight(weight, shape, values());
    }

    /** Columns as rows: ONNX multiplies by {@code [in, out]}, PyTorch stores {@code [out, in]}. */
    Weight transposedAs(String weight) throws IOException {
        if (shape.size() != 2) {
            throw new IOException(
                    "tensor %s: expected 2 dimensions, found %s".formatted(name, shape));
        }
        Weight stored = new Weight(name, List.of(1, shape.get(0), shape.get(1)), values());
        return new Weight(weight, List.of(shape.get(1), shape.get(0)), stored.swapLast().values());
    }

    float scalar() throws IOException {
        FloatBuffer floats = floats();
        if (floats.remaining() != 1) {
            throw new IOException(
                    "tensor %s: expected 1 number, found shape %s".formatted(name, shape));
        }
        return floats.get(0);
    }

    private Weight.Values values() throws IOException {
        FloatBuffer floats = floats();
        return (from, count, consumer) -> {
            float[] chunk = new float[(int) Math.min(count, CHUNK)];
            for (long read = 0; read < count; read += chunk.length) {
                int length = (int) Math.min(chunk.length, count - read);
                floats.get(Math.toIntExact(from + read), chunk, 0, length);
                consumer.accept(chunk, length);
            }
        };
    }

    private FloatBuffer floats() throws IOException {
        return bytes(FLOAT, Float.BYTES).asFloatBuffer();
    }

    /** The numbers, if they are of this type and as many as the shape says. */
    ByteBuffer bytes(int expectedType, int bytesEach) throws IOException {
        if (type != expectedType) {
            throw new IOException(
                    "tensor %s: expected data type %d, found %d"
                            .formatted(name, expectedType, type));
        }
        long size = bytesEach;
        for (int dimension : shape) {
            size = Math.multiplyExact(size, dimension);
        }
        if (data.length != size) {
            throw new IOException(
                    "tensor %s: expected %d bytes of raw_data, found %d"
                            .formatted(name, size, data.length));
        }
        return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    }
}
