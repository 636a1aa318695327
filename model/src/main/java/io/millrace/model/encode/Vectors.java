package io.millrace.model.encode;

/** Checks on vectors that left the encoder. */
public final class Vectors {
    private Vectors() {}

    /** Whether every component is a number; a vector that is not finite must never be an output. */
    public static boolean isFinite(float[] vector) {
        for (float component : vector) {
            if (!Float.isFinite(component)) {
                return false;
            }
        }
        return true;
    }
}
