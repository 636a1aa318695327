package io.millrace.model.write;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.millrace.model.arch.Weight;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;

/** Writes float32 tensors as a safetensors file: length of the header, header, data. */
public final class SafetensorsWriter {
    private static final int ALIGNMENT = 8;

    private SafetensorsWriter() {}

    /** Writes the tensors in the order of their names; a file that is there already stays. */
    public static void write(Path file, List<Weight> weights) throws IOException {
        List<Weight> sorted = weights.stream().sorted(Comparator.comparing(Weight::name)).toList();
        byte[] header = header(sorted);
        try (OutputStream out =
                new BufferedOutputStream(
                        Files.newOutputStream(file, StandardOpenOption.CREATE_NEW), 1 << 16)) {
            byte[] length = new byte[Long.BYTES];
            littleEndian(length).putLong(header.length);
            out.write(length);
            out.write(header);
            for (Weight weight : sorted) {
                weight.forEachChunk((chunk, count) -> write(out, chunk, count));
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static void write(OutputStream out, float[] chunk, int length) {
        byte[] bytes = new byte[length * Float.BYTES];
        littleEndian(bytes).asFloatBuffer().put(chunk, 0, length);
        try {
            out.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** Filled up with spaces, so that the data are aligned. */
    private static byte[] header(List<Weight> weights) {
        ObjectNode header = new ObjectMapper().createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        long begin = 0;
        for (Weight weight : weights) {
            long end = Math.addExact(begin, Math.multiplyExact(weight.size(), Float.BYTES));
            ObjectNode tensor = header.putObject(weight.name()).put("dtype", "F32");
            ArrayNode shape = tensor.putArray("shape");
            weight.shape().forEach(dimension -> shape.add(dimension));
            tensor.putArray("data_offsets").add(begin).add(end);
            begin = end;
        }
        byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
        int padding = (ALIGNMENT - json.length % ALIGNMENT) % ALIGNMENT;
        return (header + " ".repeat(padding)).getBytes(StandardCharsets.UTF_8);
    }
}
