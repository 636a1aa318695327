package io.millrace.model.arch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tensorflow.ndarray.buffer.ByteDataBuffer;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.family.TType;

/** Weights in native memory, to the bit. */
class WeightTensorTest {
    /** What is there, and what it becomes: bits in hexadecimal. */
    @ParameterizedTest
    @CsvSource({
        "00000000, 0000",
        "80000000, 8000",
        "3f800000, 3f80",
        "3f807fff, 3f80", // below the middle
        "3f808000, 3f80", // in the middle, even below
        "3f808001, 3f81",
        "3f818000, 3f82", // in the middle, even above
        "bf818000, bf82",
        "3fffffff, 4000", // into the next exponent
        "00000001, 0000",
        "00018000, 0002", // subnormal
        "7f7f7fff, 7f7f", // the largest that stays finite
        "7f7f8000, 7f80", // nearer to infinity's place than to the largest
        "7f800000, 7f80",
        "ff800000, ff80",
    })
    void roundsToTheNearest(String bits, String expected) {
        float number = Float.intBitsToFloat(Integer.parseUnsignedInt(bits, 16));
        assertThat(hex(WeightTensor.toBfloat16(number))).isEqualTo(expected);
    }

    /** Added to, the largest would become a zero. */
    @ParameterizedTest
    @CsvSource({"7fc00000", "7fffffff", "ffffffff", "7f800001", "ff800001", "7fbfffff"})
    void whatIsNotANumberStaysSo(String bits) {
        float notANumber = Float.intBitsToFloat(Integer.parseUnsignedInt(bits, 16));
        short rounded = WeightTensor.toBfloat16(notANumber);
        assertThat(Float.intBitsToFloat(rounded << 16)).isNaN();
        assertThat(rounded < 0).as("sign").isEqualTo(bits.startsWith("f"));
    }

    @Test
    void everyBfloat16StaysAsItIs() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float number = Float.intBitsToFloat(bits << 16);
            if (!Float.isNaN(number)) {
                assertThat(WeightTensor.toBfloat16(number)).isEqualTo((short) bits);
            }
        }
    }

    /** Against the two neighbours, for numbers of any size. */
    @Test
    void noOtherIsNearer() {
        Random random = new Random(3);
        for (int i = 0; i < 100_000; i++) {
            float number = Float.intBitsToFloat(random.nextInt() & 0xff7fffff); // not too large
            if (Math.abs(number) > 0x1p126f) {
                continue;
            }
            int rounded = WeightTensor.toBfloat16(number) & 0xffff;
            double distance = Math.abs((double) number - Float.intBitsToFloat(rounded << 16));
            for (int neighbour : List.of(rounded - 1, rounded + 1)) {
                double other = Math.abs((double) number - Float.intBitsToFloat(neighbour << 16));
                assertThat(distance).isLessThanOrEqualTo(Double.isNaN(other) ? distance : other);
            }
        }
    }

    @Test
    void chunksOfAnyLengthComeToTheirPlace() {
        Weight weight = chunked(new float[] {1, 2, 3, -4, 5.5f, Float.POSITIVE_INFINITY}, 4);
        try (TType floats = WeightTensor.read(weight, DataType.DT_FLOAT);
                TType halves = WeightTensor.read(weight, DataType.DT_BFLOAT16)) {
            assertThat(ints(floats))
                    .containsExactly(
                            0x3f800000, 0x40000000, 0x40400000, 0xc0800000, 0x40b00000, 0x7f800000);
            assertThat(shorts(halves))
                    .containsExactly("3f80", "4000", "4040", "c080", "40b0", "7f80");
            assertThat(floats.shape().asArray()).containsExactly(2, 3);
        }
    }

    @Test
    void tooFewNumbersAreAnError() {
        Weight tooFew =
                new Weight(
                        "w",
                        List.of(2, 2),
                        (from, count, consumer) -> consumer.accept(new float[3], 3));
        assertThatThrownBy(() -> WeightTensor.read(tooFew, DataType.DT_FLOAT))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("tensor w: expected 4 numbers, found 3");
    }

    private static Weight chunked(float[] numbers, int first) {
        return new Weight(
                "w",
                List.of(2, numbers.length / 2),
                (from, count, consumer) -> {
                    float[] chunk = new float[numbers.length];
                    System.arraycopy(numbers, 0, chunk, 0, first);
                    consumer.accept(chunk, first);
                    System.arraycopy(numbers, first, chunk, 0, numbers.length - first);
                    consumer.accept(chunk, numbers.length - first);
                });
    }

    private static List<Integer> ints(TType tensor) {
        ByteDataBuffer bytes = tensor.asRawTensor().data();
        List<Integer> ints = new ArrayList<>();
        for (long i = 0; i < tensor.shape().size(); i++) {
            ints.add(bytes.asInts().getInt(i));
        }
        return ints;
    }

    private static List<String> shorts(TType tensor) {
        ByteDataBuffer bytes = tensor.asRawTensor().data();
        List<String> shorts = new ArrayList<>();
        for (long i = 0; i < tensor.shape().size(); i++) {
            shorts.add(hex(bytes.asShorts().getShort(i)));
        }
        return shorts;
    }

    private static String hex(short bits) {
        return "%04x".formatted(bits & 0xffff);
    }
}
