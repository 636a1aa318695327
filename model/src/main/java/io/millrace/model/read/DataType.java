package io.millrace.model.read;

import java.util.Arrays;
import java.util.Optional;

/** The element types of a safetensors file, as its header spells them. */
enum DataType {
    BOOL(8),
    U8(8),
    I8(8),
    F8_E5M2(8),
    F8_E4M3(8),
    F8_E8M0(8),
    F8_E4M3FNUZ(8),
    F8_E5M2FNUZ(8),
    F6_E2M3(6),
    F6_E3M2(6),
    F4(4),
    I16(16),
    U16(16),
    F16(16),
    BF16(16),
    I32(32),
    U32(32),
    F32(32),
    C64(64),
    F64(64),
    I64(64),
    U64(64);

    /** For messages. */
    static final String READABLE = "F64, F32, F16 or BF16";

    private final int bits;

    DataType(int bits) {
        this.bits = bits;
    }

    int bits() {
        return bits;
    }

    /** Whether weights may have this type; the others are only listed. */
    boolean isReadable() {
        return this == F32 || this == F16 || this == BF16 || this == F64;
    }

    static Optional<DataType> of(String key) {
        return Arrays.stream(values()).filter(type -> type.name().equals(key)).findFirst();
    }
}
