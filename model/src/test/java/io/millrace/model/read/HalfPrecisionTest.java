package io.millrace.model.read;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfPrecisionTest {
    @ParameterizedTest
    @CsvSource({
        "0000, 0x0p0",
        "3c00, 0x1p0",
        "bc00, -0x1p0",
        "7bff, 0x1.ffcp15",
        "0400, 0x1p-14",
        "0001, 0x1p-24",
        "83ff, -0x1.ff8p-15",
        "7c00, Infinity",
        "fc00, -Infinity",
        "7e00, NaN"
    })
    void f16(String bits, float value) {
        assertThat(HalfPrecision.fromF16((short) Integer.parseInt(bits, 16)))
                .isEqualTo(Float.valueOf(value));
    }

    @Test
    void f16KeepsTheSignOfZero() {
        float zero = HalfPrecision.fromF16((short) 0x8000);
        assertThat(Float.floatToRawIntBits(zero)).isEqualTo(0x80000000);
    }

    /** Every finite number, against the definition. */
    @Test
    void everyF16() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            int exponent = (bits >> 10) & 0x1f;
            int fraction = bits & 0x3ff;
            if (exponent == 0x1f) {
                continue;
            }
            double magnitude =
                    exponent == 0
                            ? fraction * Math.pow(2, -24)
                            : (1024 + fraction) * Math.pow(2, exponent - 25);
            double value = bits >= 0x8000 ? -magnitude : magnitude;
            assertThat((double) HalfPrecision.fromF16((short) bits)).isEqualTo(value);
        }
    }

    @ParameterizedTest
    @CsvSource({"0000, 0x0p0", "3f80, 0x1p0", "c000, -0x1p1", "0001, 0x1p-133", "7f80, Infinity"})
    void bf16(String bits, float value) {
        assertThat(HalfPrecision.fromBf16((short) Integer.parseInt(bits, 16))).isEqualTo(value);
    }
}
