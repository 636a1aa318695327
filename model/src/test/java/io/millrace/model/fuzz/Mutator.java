package io.millrace.model.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Changes an input: as bytes, or as the JSON that it is. Of a safetensors file the header is
 * changed, and mostly its length with it, so that changes reach behind the first check.
 */
final class Mutator {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int LENGTH_BYTES = 8;

    /** Values at the edges of what is counted with, and names that lead elsewhere. */
    private static final List<String> VALUES =
            List.of(
                    "null true false [] {} \"\" 0 -0 1 -1 2 7 8 0.5 1e308 1e-320 1e999 NaN",
                    "127 128 255 256 1023 1024 1025 65535 65536 65537 100000000 100000001",
                    "2147483647 2147483648 -2147483648 4294967296 9223372036854775807",
                    "9223372036854775808 18446744073709551616 1e18 1e30 3.0 \"F32\" \"F64\" \"F4\"",
                    "\"BF16\" \"I64\" \"F6_E2M3\" \"__metadata__\" \"..\" \".\" \"../outside\"",
                    "\"../outside/model.safetensors\" \"link\" \"link.safetensors\" \"a/../..\"",
                    "\"/etc/hostname\" \"1_Pooling\" \"model.safetensors\" \"\\u0000\" \"\\ud800\"",
                    "\"a\\\\b\" \"~\" \"C:\" \"//\" \"é\" [[[]]] [1,[2]] {\"a\":{}} \"silu\" \"mean\"");

    private final Random random;
    private final boolean safetensors;
    private final List<String> values;

    Mutator(Random random, boolean safetensors) {
        this.random = random;
        this.safetensors = safetensors;
        this.values = VALUES.stream().flatMap(line -> Arrays.stream(line.split(" "))).toList();
    }

    byte[] change(byte[] input, byte[] other) {
        if (safetensors && input.length > LENGTH_BYTES && random.nextInt(8) > 0) {
            return changeHeader(input, other);
        }
        return changeText(input, other);
    }

    private byte[] changeHeader(byte[] input, byte[] other) {
        byte[] header = header(input);
        byte[] changed = changeText(header, header(other));
        long length = random.nextInt(16) > 0 ? changed.length : length();
        int dataBytes = input.length - LENGTH_BYTES - header.length;
        ByteBuffer file = ByteBuffer.allocate(LENGTH_BYTES + changed.length + dataBytes);
        file.order(ByteOrder.LITTLE_ENDIAN).putLong(length).put(changed);
        return file.put(input, LENGTH_BYTES + header.length, dataBytes).array();
    }

    private long length() {
        return switch (random.nextInt(4)) {
            case 0 -> 100_000_000 - random.nextInt(3);
            case 1 -> random.nextLong() >> random.nextInt(64);
            default -> random.nextInt(10_000);
        };
    }

    private static byte[] header(byte[] file) {
        if (file.length < LENGTH_BYTES) {
            return new byte[0];
        }
        long length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        boolean inside = length >= 0 && length <= file.length - LENGTH_BYTES;
        int end = inside ? (int) (LENGTH_BYTES + length) : file.length;
        return Arrays.copyOfRange(file, LENGTH_BYTES, end);
    }

    private byte[] changeText(byte[] input, byte[] other) {
        if (random.nextInt(4) > 0) {
            try {
                JsonNode tree = JSON.readTree(input);
                if (tree != null && tree.isContainerNode() && !tree.isEmpty()) {
                    return changeTree(tree, other);
                }
            } catch (IOException e) {
                return changeBytes(input, other);
            }
        }
        return changeBytes(input, other);
    }

    private byte[] changeTree(JsonNode tree, byte[] other) throws JsonProcessingException {
        List<JsonNode> containers = containers(tree);
        JsonNode node = containers.get(random.nextInt(containers.size()));
        if (node instanceof ObjectNode object && !object.isEmpty()) {
            List<String> keys = new ArrayList<>();
            object.fieldNames().forEachRemaining(keys::add);
            String key = keys.get(random.nextInt(keys.size()));
            switch (random.nextInt(6)) {
                case 0 -> object.remove(key);
                case 1 -> object.set(random.nextBoolean() ? key + "x" : "", object.remove(key));
                case 2 -> object.set(key, object.get(keys.get(random.nextInt(keys.size()))));
                case 3 -> object.set(key, part(other));
                default -> object.set(key, value(object.get(key)));
            }
        } else if (node instanceof ArrayNode array) {
            int index = array.isEmpty() ? 0 : random.nextInt(array.size());
            switch (array.isEmpty() ? 0 : random.nextInt(5)) {
                case 0 -> array.add(value(array));
                case 1 -> array.remove(index);
                case 2 -> array.add(array.get(index));
                case 3 -> array.set(index, part(other));
                default -> array.set(index, value(array.get(index)));
            }
        }
        return JSON.writeValueAsBytes(tree);
    }

    private static List<JsonNode> containers(JsonNode tree) {
        List<JsonNode> containers = new ArrayList<>();
        containers.add(tree);
        for (int i = 0; i < containers.size() && i < 1000; i++) {
            containers
                    .get(i)
                    .forEach(
                            child -> {
                                if (child.isContainerNode()) {
                                    containers.add(child);
                                }
                            });
        }
        return containers;
    }

    /** Some part of another input. */
    private JsonNode part(byte[] other) {
        try {
            JsonNode tree = JSON.readTree(other);
            if (tree != null && tree.isContainerNode()) {
                List<JsonNode> containers = containers(tree);
                return containers.get(random.nextInt(containers.size())).deepCopy();
            }
        } catch (IOException e) {
            return JSON.nullNode();
        }
        return JSON.nullNode();
    }

    private JsonNode value(JsonNode before) {
        try {
            return switch (random.nextInt(8)) {
                case 0 -> JSON.getNodeFactory().numberNode(before.asLong() + random.nextInt(9) - 4);
                case 1 -> JSON.getNodeFactory().numberNode(random.nextLong() >> random.nextInt(64));
                case 2 -> JSON.readTree("[".repeat(150) + "]".repeat(150));
                case 3 -> JSON.getNodeFactory().textNode("x".repeat(random.nextInt(3000)));
                default -> JSON.readTree(values.get(random.nextInt(values.size())));
            };
        } catch (JsonProcessingException e) {
            return JSON.nullNode(); // NaN, which only changes of bytes can write
        }
    }

    private byte[] changeBytes(byte[] input, byte[] other) {
        int at = random.nextInt(input.length + 1);
        int length = random.nextInt(Math.min(input.length - at, 64) + 1);
        return switch (random.nextInt(7)) {
            case 0 -> splice(input, at, at + length, new byte[0]);
            case 1 -> splice(input, at, at, Arrays.copyOfRange(input, at, at + length));
            case 2 -> splice(input, at, input.length, new byte[0]);
            case 3 -> splice(input, at, at, dictionary());
            case 4 -> splice(input, at, at + length, dictionary());
            case 5 -> {
                int from = random.nextInt(other.length + 1);
                int to = Math.min(other.length, from + random.nextInt(256));
                yield splice(input, at, at + length, Arrays.copyOfRange(other, from, to));
            }
            default -> {
                byte[] changed = input.clone();
                if (changed.length > 0) {
                    int flipped = random.nextInt(changed.length);
                    changed[flipped] = (byte) (changed[flipped] ^ 1 << random.nextInt(8));
                }
                yield changed;
            }
        };
    }

    private byte[] dictionary() {
        return values.get(random.nextInt(values.size())).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] splice(byte[] input, int from, int to, byte[] middle) {
        ByteBuffer spliced = ByteBuffer.allocate(from + middle.length + input.length - to);
        return spliced.put(input, 0, from).put(middle).put(input, to, input.length - to).array();
    }
}
