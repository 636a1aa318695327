package io.millrace.model.encode;

import java.util.Locale;

/** The numbers that a model computes with, whatever its weights are stored as. */
public enum Precision {
    /**
     * 24 significant bits: vectors agree with the reference to about six digits. Weights take four
     * bytes each. Runs everywhere.
     */
    F32,
    /**
     * 8 significant bits, with the range of {@link #F32}: weights and what passes between layers
     * are rounded to them, while sums are taken in more. Vectors are near those of {@code F32}, not
     * equal, and are not to be mixed with them in one index without thought. Weights take two bytes
     * each. Fast where the processor multiplies these numbers itself (AMX or AVX512_BF16 on x86),
     * slow elsewhere.
     */
    BF16;

    /** As headers and reports have it: {@code f32}, {@code bf16}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }
}
