package io.millrace.model.read;

/** 16-bit floating point numbers to 32 bits, exactly. */
final class HalfPrecision {
    private static final int F16_BIAS = 15;
    private static final int F32_BIAS = 127;

    private HalfPrecision() {}

    /** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
    static float fromF16(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0) {
            float magnitude = fraction * 0x1p-24f; // zero and subnormals
            return sign == 0 ? magnitude : -magnitude;
        }
        int wideExponent = exponent == 0x1f ? 0xff : exponent - F16_BIAS + F32_BIAS;
        return Float.intBitsToFloat(sign | (wideExponent << 23) | (fraction << 13));
    }

    /** bfloat16: the upper half of a 32-bit number. */
    static float fromBf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }
}
