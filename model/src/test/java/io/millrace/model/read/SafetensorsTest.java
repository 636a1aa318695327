package io.millrace.model.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is accepted and refused was seen with safetensors 0.8.0. Only duplicates differ, and a
 * tensor without elements that has a dimension of 2⁶³ or more. {@code io.millrace.model.fuzz} goes
 * on from the same cases.
 */
class SafetensorsTest {
    private static final String ONE =
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";

    @TempDir Path directory;

    static List<Arguments> accepted() {
        return List.of(
                Arguments.of("one tensor", ONE, 8),
                Arguments.of("leading space", " " + ONE, 8),
                Arguments.of("trailing spaces", ONE + "   ", 8),
                Arguments.of("trailing newline", ONE + "\n", 8),
                Arguments.of("null metadata", "{\"__metadata__\":null," + ONE.substring(1), 8),
                Arguments.of("metadata", "{\"__metadata__\":{\"a\":\"b\"}," + ONE.substring(1), 8),
                Arguments.of("extra key", ONE.replace("]}}", "],\"z\":[{}]}}"), 8),
                Arguments.of("no element", tensor("a", "F32", "[0,5]", 0, 0), 0),
                Arguments.of(
                        "two without elements",
                        join(tensor("a", "F32", "[0]", 0, 0), tensor("b", "F32", "[0]", 0, 0)),
                        0),
                Arguments.of("scalar", tensor("a", "F32", "[]", 0, 4), 4),
                Arguments.of("no tensor", "{}", 0),
                Arguments.of("unreadable type", tensor("a", "BOOL", "[8]", 0, 8), 8),
                Arguments.of("empty name", tensor("", "F32", "[2]", 0, 8), 8),
                Arguments.of(
                        "names out of order",
                        join(tensor("b", "F32", "[1]", 4, 8), tensor("a", "F32", "[1]", 0, 4)),
                        8));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("accepted")
    void accepts(String name, String header, int dataBytes) throws Exception {
        Path file = write(header, new byte[dataBytes]);
        assertThat(Safetensors.open(file).tensors().values())
                .allSatisfy(tensor -> assertThat(tensor.bytes()).isEqualTo(bytesOf(tensor)));
    }

    /** The types of safetensors 0.8; 8 elements of each end with a byte. */
    @ParameterizedTest
    @EnumSource(DataType.class)
    void acceptsEveryTypeAmongTheTensors(DataType type) throws Exception {
        String header = tensor("a", type.name(), "[2,4]", 0, type.bits());
        Safetensors file = Safetensors.open(write(header, new byte[type.bits()]));
        assertThat(file.tensors().values())
                .singleElement()
                .satisfies(tensor -> assertThat(tensor.shape()).containsExactly(2L, 4L));
    }

    @Test
    void knowsTheTypesOfTheReference() {
        assertThat(DataType.values())
                .extracting(DataType::name)
                .containsExactlyInAnyOrder(
                        ("BOOL F4 F6_E2M3 F6_E3M2 U8 I8 F8_E5M2 F8_E4M3 F8_E8M0 F8_E4M3FNUZ"
                                        + " F8_E5M2FNUZ I16 U16 F16 BF16 I32 U32 F32 C64 F64 I64 U64")
                                .split(" "));
    }

    static List<Arguments> refused() {
        String deep = "[".repeat(200) + "]".repeat(200);
        return List.of(
                refused(ONE + "\0", 8, "a JSON header", "Illegal character"),
                refused(ONE, 9, "8 bytes of tensors", "9 bytes after the header"),
                refused(ONE, 7, "8 bytes of tensors", "7 bytes after the header"),
                refused(
                        ONE.replace("[0,8]", "[8,16]"),
                        16,
                        "tensor a to begin at byte 0",
                        "data_offsets [8, 16]"),
                refused(
                        join(ONE, tensor("b", "F32", "[2]", 12, 20)),
                        20,
                        "tensor b to begin at byte 8",
                        "data_offsets [12, 20]"),
                refused(
                        ONE.replace("[0,8]", "[0,-8]"),
                        8,
                        "whole numbers from 0 in data_offsets of tensor a",
                        "-8"),
                refused(
                        join(ONE, tensor("b", "F32", "[2]", 8, 0)),
                        8,
                        "tensor b to begin at byte 8",
                        "data_offsets [8, 0]"),
                refused(join(ONE, ONE), 8, "each name once", "a twice"),
                refused(join(ONE, tensor("a", "I32", "[2]", 0, 8)), 8, "each name once", "a twice"),
                refused(
                        join("{\"__metadata__\":{}}", join("{\"__metadata__\":{}}", ONE)),
                        8,
                        "each name once",
                        "__metadata__ twice"),
                refused(
                        ONE.replace("\"dtype\"", "\"shape\":[2],\"dtype\""),
                        8,
                        "each key of tensor a once",
                        "shape twice"),
                refused(
                        join(ONE, tensor("b", "F32", "[2]", 0, 8)),
                        8,
                        "tensor b to begin at byte 8",
                        "data_offsets [0, 8]"),
                refused(
                        join("{\"__metadata__\":{\"a\":1}}", ONE),
                        8,
                        "__metadata__: an object of strings",
                        "1"),
                refused(ONE.replace("F32", "F33"), 8, "a known dtype of tensor a", "F33"),
                refused(ONE.replace("F32", "f32"), 8, "a known dtype of tensor a", "f32"),
                refused(ONE.replace("[2]", "[3]"), 8, "12 bytes of tensor a (F32 [3])", "8"),
                refused(
                        ONE.replace("[2]", "[-2]"),
                        8,
                        "whole numbers from 0 in shape of tensor a",
                        "-2"),
                refused(
                        ONE.replace("[2]", "[-0]"),
                        8,
                        "whole numbers from 0 in shape of tensor a",
                        "-0"),
                refused(
                        ONE.replace("[2]", "[2.0]"),
                        8,
                        "whole numbers from 0 in shape of tensor a",
                        "2.0"),
                refused(
                        ONE.replace("[2]", "[99999999999999999999]"),
                        8,
                        "whole numbers from 0 in shape of tensor a",
                        "99999999999999999999"),
                refused(
                        ONE.replace("[2]", "[4294967296,4294967296,4294967296]"),
                        8,
                        "a shape of tensor a that fits into memory",
                        "[4294967296, 4294967296, 4294967296]"),
                refused(
                        tensor("a", "F32", "[4294967296,4294967296,4294967296,0]", 0, 0),
                        0,
                        "a shape of tensor a that fits into memory",
                        "[4294967296, 4294967296, 4294967296, 0]"),
                refused(
                        tensor("a", "F4", "[3]", 0, 2),
                        2,
                        "tensor a to end with a byte",
                        "12 bits"),
                refused("", 0, "header: a JSON object", "its end"),
                refused("[]", 0, "header: a JSON object", "["),
                refused("\ufeff" + ONE, 8, "a JSON header", "Unexpected character"),
                refused(
                        ONE.replace("]}}", "],\"z\":" + deep + "}}"),
                        8,
                        "a JSON header",
                        "nesting depth (128)"),
                refused(
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}",
                        8,
                        "dtype, shape and data_offsets of tensor a",
                        "not all three"),
                refused(ONE.replace("[0,8]", "[0,8,8]"), 8, "two data_offsets of tensor a", "3"),
                refused(ONE + ONE, 8, "header: nothing after the JSON object", "{"),
                refused(ONE.replace("}}", ""), 8, "a JSON header", "Unexpected end-of-input"));
    }

    @ParameterizedTest(name = "{2}, found {3}")
    @MethodSource("refused")
    void refuses(String header, int dataBytes, String expected, String found) throws Exception {
        Path file = write(header, new byte[dataBytes]);
        assertThatThrownBy(() -> Safetensors.open(file))
                .isInstanceOf(SafetensorsException.class)
                .hasMessageStartingWith("expected %s, found ".formatted(expected))
                .hasMessageContaining(found);
    }

    @Test
    void refusesLengthsOfTheHeaderThatLie() throws Exception {
        assertRefused(new byte[7], "expected at least 8 bytes, found 7 bytes");
        assertRefused(
                bytes(Long.MIN_VALUE, ONE, new byte[8]),
                "expected a header of at most 100000000 bytes, found 9223372036854775808 bytes");
        assertRefused(
                bytes(100_000_001, ONE, new byte[8]),
                "expected a header of at most 100000000 bytes, found 100000001 bytes");
        assertRefused(
                bytes(1000, ONE, new byte[8]),
                "expected a header of 1000 bytes, found %d bytes after its length"
                        .formatted(ONE.length() + 8));
    }

    @Test
    void refusesAHeaderThatIsNotUtf8() throws Exception {
        byte[] file = bytes(ONE.length(), ONE, new byte[8]);
        file[8 + 2] = (byte) 0xff;
        assertRefused(
                file,
                "expected a header in UTF-8, found"
                        + " java.nio.charset.MalformedInputException: Input length = 1");
    }

    @Test
    void refusesAFileThatWasCutAnywhere() throws Exception {
        byte[] whole = bytes(ONE.length(), ONE, new byte[8]);
        for (int length = 0; length < whole.length; length++) {
            Path file = Files.write(directory.resolve("cut"), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> Safetensors.open(file))
                    .as("cut to %d bytes", length)
                    .isInstanceOf(SafetensorsException.class);
        }
        assertThat(Safetensors.open(Files.write(directory.resolve("whole"), whole)).tensors())
                .containsOnlyKeys("a");
    }

    @Test
    void readsEveryTypeOfWeightUnaligned() throws Exception {
        ByteBuffer data = ByteBuffer.allocate(1 + 8 + 4 + 4).order(ByteOrder.LITTLE_ENDIAN);
        data.put((byte) 1); // so that nothing after it is aligned
        data.putFloat(1.5f).putFloat(-2e30f);
        data.putShort((short) 0x3e00).putShort((short) 0xfbff);
        data.putShort((short) 0x3fc0).putShort((short) 0xc000);
        String header =
                join(
                        tensor("x", "U8", "[1]", 0, 1),
                        tensor("f32", "F32", "[2]", 1, 9),
                        tensor("f16", "F16", "[2]", 9, 13),
                        tensor("bf16", "BF16", "[2]", 13, 17));
        Safetensors file = Safetensors.open(write(header, data.array()));
        assertThat(read(file, "f32")).containsExactly(1.5f, -2e30f);
        assertThat(read(file, "f16")).containsExactly(1.5f, -65504f);
        assertThat(read(file, "bf16")).containsExactly(1.5f, -2f);
    }

    @Test
    void readsTensorsLongerThanOneChunk() throws Exception {
        int count = 200_000;
        ByteBuffer data = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            data.putFloat(i);
        }
        String header = tensor("a", "F32", "[%d]".formatted(count), 0, 4 * count);
        List<Float> read = read(Safetensors.open(write(header, data.array())), "a");
        assertThat(read).hasSize(count);
        for (int i = 0; i < count; i++) {
            assertThat(read.get(i)).isEqualTo(i);
        }
    }

    @Test
    void saysSoWhenTheFileIsCutBetweenHeaderAndTensor() throws Exception {
        Path path = write(ONE, new byte[8]);
        Safetensors file = Safetensors.open(path);
        Files.write(path, Arrays.copyOf(Files.readAllBytes(path), 8 + ONE.length() + 4));
        assertThatThrownBy(() -> read(file, "a"))
                .hasMessage(
                        "%s: expected 8 bytes at offset %d, found the end of the file: it was cut"
                                        .formatted(path, 8 + ONE.length())
                                + " while it was read");
    }

    private static List<Float> read(Safetensors file, String name) {
        List<Float> numbers = new ArrayList<>();
        StoredTensor tensor = Objects.requireNonNull(file.tensors().get(name), name);
        tensor.read(
                0,
                tensor.size(),
                (chunk, length) -> {
                    for (int i = 0; i < length; i++) {
                        numbers.add(chunk[i]);
                    }
                });
        return numbers;
    }

    private static long bytesOf(StoredTensor tensor) {
        long bits = tensor.type().bits();
        for (long dimension : tensor.shape()) {
            bits *= dimension;
        }
        return bits / 8;
    }

    private void assertRefused(byte[] bytes, String message) throws IOException {
        Path file = Files.write(directory.resolve("refused"), bytes);
        assertThatThrownBy(() -> Safetensors.open(file)).hasMessage(message);
    }

    private static Arguments refused(String header, int dataBytes, String expected, String found) {
        return Arguments.of(header, dataBytes, expected, found);
    }

    private static String tensor(String name, String type, String shape, int begin, int end) {
        return "{\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}}"
                .formatted(name, type, shape, begin, end);
    }

    /** Objects as one. */
    private static String join(String... objects) {
        List<String> inner =
                Arrays.stream(objects).map(o -> o.substring(1, o.length() - 1)).toList();
        return "{" + String.join(",", inner) + "}";
    }

    private Path write(String header, byte[] data) throws IOException {
        int length = header.getBytes(StandardCharsets.UTF_8).length;
        return Files.write(directory.resolve("file"), bytes(length, header, data));
    }

    private static byte[] bytes(long length, String header, byte[] data) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array());
        bytes.write(header.getBytes(StandardCharsets.UTF_8));
        bytes.write(data);
        return bytes.toByteArray();
    }
}
