package io.millrace.it.bench.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Little-endian float32, row after row. */
final class VectorFile {
    private VectorFile() {}

    static float[][] read(Path file, int rows, int dimension) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long expected = (long) rows * dimension * Float.BYTES;
            if (channel.size() != expected) {
                throw new EngineException(
                        "vectors: expected %d bytes, found %d".formatted(expected, channel.size()));
            }
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, expected);
            FloatBuffer floats = bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
            float[][] vectors = new float[rows][dimension];
            for (float[] vector : vectors) {
                floats.get(vector);
            }
            return vectors;
        }
    }
}
