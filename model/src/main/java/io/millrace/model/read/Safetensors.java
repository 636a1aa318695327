package io.millrace.model.read;

import io.millrace.model.read.SafetensorsHeader.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A <a href="https://github.com/huggingface/safetensors#format">safetensors</a> file: the length of
 * the header in 8 bytes, the header, the tensors one after the other without holes.
 *
 * @param file where it is
 * @param tensors by name, in the order of the header
 */
record Safetensors(Path file, Map<String, StoredTensor> tensors) {
    private static final long LENGTH_BYTES = 8;

    /** As the reference: a longer header is not read at all. */
    private static final long MAX_HEADER_BYTES = 100_000_000;

    /** Reads and checks the header; no tensor is read. */
    static Safetensors open(Path file) throws IOException, SafetensorsException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            long headerBytes = headerLength(channel, size);
            String header = header(channel, headerBytes);
            Map<String, Entry> entries = SafetensorsHeader.parse(header);
            long dataBytes = size - LENGTH_BYTES - headerBytes;
            checkLayout(entries, dataBytes);
            return new Safetensors(
                    file, tensors(file, entries, Math.addExact(LENGTH_BYTES, headerBytes)));
        }
    }

    private static long headerLength(FileChannel channel, long size)
            throws IOException, SafetensorsException {
        if (size < LENGTH_BYTES) {
            throw new SafetensorsException("at least 8 bytes", size + " bytes");
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) LENGTH_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        readFully(channel, buffer, 0);
        long length = buffer.getLong(0);
        if (length < 0 || length > MAX_HEADER_BYTES) {
            throw new SafetensorsException(
                    "a header of at most %d bytes".formatted(MAX_HEADER_BYTES),
                    Long.toUnsignedString(length) + " bytes");
        }
        if (length > size - LENGTH_BYTES) {
            throw new SafetensorsException(
                    "a header of %d bytes".formatted(length),
                    "%d bytes after its length".formatted(size - LENGTH_BYTES));
        }
        return length;
    }

    private static String header(FileChannel channel, long length)
            throws IOException, SafetensorsException {
        ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(length));
        readFully(channel, buffer, LENGTH_BYTES);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(buffer.flip())
                    .toString();
        } catch (CharacterCodingException e) {
            throw new SafetensorsException("a header in UTF-8", e.toString());
        }
    }

    /** Tensors must fill the data section exactly: no hole, no overlap, nothing left over. */
    private static void checkLayout(Map<String, Entry> entries, long dataBytes)
            throws SafetensorsException {
        List<Map.Entry<String, Entry>> byOffset =
                entries.entrySet().stream()
                        .sorted(
                                Comparator.comparingLong(
                                                (Map.Entry<String, Entry> e) ->
                                                        e.getValue().begin())
                                        .thenComparingLong(e -> e.getValue().end()))
                        .toList();
        long position = 0;
        for (Map.Entry<String, Entry> named : byOffset) {
            Entry entry = named.getValue();
            if (entry.begin() != position || entry.end() < entry.begin()) {
                throw new SafetensorsException(
                        "tensor %s to begin at byte %d".formatted(named.getKey(), position),
                        "data_offsets [%d, %d]".formatted(entry.begin(), entry.end()));
            }
            long bytes = bytes(named.getKey(), entry);
            if (entry.end() - entry.begin() != bytes) {
                throw new SafetensorsException(
                        "%d bytes of tensor %s (%s %s)"
                                .formatted(
                                        bytes, named.getKey(), entry.type().name(), entry.shape()),
                        "%d".formatted(entry.end() - entry.begin()));
            }
            position = entry.end();
        }
        if (position != dataBytes) {
            throw new SafetensorsException(
                    "%d bytes of tensors".formatted(position),
                    dataBytes + " bytes after the header");
        }
    }

    private static long bytes(String name, Entry entry) throws SafetensorsException {
        try {
            long bits = 1;
            for (long dimension : entry.shape()) {
                bits = Math.multiplyExact(bits, dimension);
            }
            bits = Math.multiplyExact(bits, entry.type().bits());
            if (bits % 8 != 0) {
                throw new SafetensorsException(
                        "tensor %s to end with a byte".formatted(name), bits + " bits");
            }
            return bits / 8;
        } catch (ArithmeticException e) {
            throw new SafetensorsException(
                    "a shape of tensor %s that fits into memory".formatted(name),
                    entry.shape().toString());
        }
    }

    private static Map<String, StoredTensor> tensors(
            Path file, Map<String, Entry> entries, long dataStart) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        entries.forEach(
                (name, entry) ->
                        tensors.put(
                                name,
                                new StoredTensor(
                                        file,
                                        entry.type(),
                                        entry.shape(),
                                        dataStart + entry.begin(),
                                        entry.end() - entry.begin())));
        return tensors;
    }

    private static void readFully(FileChannel channel, ByteBuffer buffer, long position)
            throws IOException, SafetensorsException {
        while (buffer.hasRemaining()) {
            int read = channel.read(buffer, position + buffer.position());
            if (read < 0) {
                throw new SafetensorsException(
                        buffer.remaining() + " more bytes", "the end of the file");
            }
        }
    }
}
