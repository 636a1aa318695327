package io.millrace.model.read;

import io.millrace.model.arch.Weight;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Where a tensor lies in a file. Half-precision numbers are widened while they are read, and
 * double-precision ones narrowed.
 *
 * @param offset of its first byte in the file; not necessarily aligned
 */
record StoredTensor(Path file, DataType type, List<Long> shape, long offset, long bytes)
        implements Tensor {
    /** In numbers; what is read, widened and copied stays in the processor's cache. */
    private static final int CHUNK = 16 * 1024;

    StoredTensor {
        shape = List.copyOf(shape);
    }

    @Override
    public long size() {
        return bytes * 8 / type.bits();
    }

    @Override
    public void read(long from, long count, Weight.ChunkConsumer consumer) {
        int width = type.bits() / 8;
        int most = (int) Math.min(CHUNK, count);
        // On the heap: the library has one direct buffer a thread, and ours would pile up outside
        // the heap until it is collected.
        ByteBuffer buffer = ByteBuffer.allocate(most * width).order(ByteOrder.LITTLE_ENDIAN);
        float[] chunk = new float[most];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long position = offset + from * width;
            long end = position + count * width;
            while (position < end) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), end - position));
                readFully(channel, buffer, position);
                position += buffer.limit();
                int numbers = buffer.limit() / width;
                widen(buffer, chunk, numbers);
                consumer.accept(chunk, numbers);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("%s: %s".formatted(file, e.getMessage()), e);
        }
    }

    private void readFully(FileChannel channel, ByteBuffer buffer, long position)
            throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new EOFException(
                        "expected %d bytes at offset %d, found the end of the file: it was cut while it was read"
                                .formatted(buffer.limit(), position));
            }
        }
        buffer.flip();
    }

    private void widen(ByteBuffer buffer, float[] chunk, int count) {
        switch (type) {
            case F32 -> buffer.asFloatBuffer().get(chunk, 0, count);
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    chunk[i] = HalfPrecision.fromF16(buffer.getShort(2 * i));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    chunk[i] = HalfPrecision.fromBf16(buffer.getShort(2 * i));
                }
            }
            case F64 -> {
                for (int i = 0; i < count; i++) {
                    chunk[i] = (float) buffer.getDouble(Double.BYTES * i);
                }
            }
            default ->
                    throw new IllegalStateException(
                            "expected %s, found %s".formatted(DataType.READABLE, type.name()));
        }
    }
}
