package io.millrace.cli.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.SortedMap;

/** Writes float32 tensors as a safetensors file: length of the header, header, data. */
final class SafetensorsWriter {
    private SafetensorsWriter() {}

    /** One float32 tensor, row-major. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody; written once
    record Tensor(int[] shape, float[] values) {
        long bytes() {
            return (long) values.length * Float.BYTES;
        }
    }

    /** Writes the tensors in the order of their names. */
    static void write(Path file, SortedMap<String, Tensor> tensors) throws IOException {
        byte[] header = header(tensors);
        try (OutputStream out = Files.newOutputStream(file)) {
            byte[] length = new byte[Long.BYTES];
            littleEndian(length).putLong(header.length);
            out.write(length);
            out.write(header);
            writeData(out, tensors.values());
        }
    }

    /** Padded with spaces to a multiple of 8, so that the data are aligned. */
    private static byte[] header(SortedMap<String, Tensor> tensors) {
        ObjectNode header = new ObjectMapper().createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        long begin = 0;
        for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
            Tensor tensor = entry.getValue();
            long end = begin + tensor.bytes();
            ObjectNode description = header.putObject(entry.getKey());
            description.put("dtype", "F32");
            for (int dimension : tensor.shape()) {
                description.withArray("shape").add(dimension);
            }
            description.putArray("data_offsets").add(begin).add(end);
            begin = end;
        }
        String json = header.toString();
        int length = json.getBytes(StandardCharsets.UTF_8).length;
        return (json + " ".repeat((8 - length % 8) % 8)).getBytes(StandardCharsets.UTF_8);
    }

    private static void writeData(OutputStream out, Collection<Tensor> tensors) throws IOException {
        for (Tensor tensor : tensors) {
            byte[] bytes = new byte[Math.toIntExact(tensor.bytes())];
            littleEndian(bytes).asFloatBuffer().put(tensor.values());
            out.write(bytes);
        }
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
