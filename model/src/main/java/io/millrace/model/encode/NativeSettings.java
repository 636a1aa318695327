package io.millrace.model.encode;

/**
 * Settings of JavaCPP, which loads TensorFlow. It reads them when its first class is loaded, so
 * they are set before; what the user has set stays.
 */
final class NativeSettings {
    private NativeSettings() {}

    static void apply() {
        // Every native object is closed by its owner; the collector's thread would only race them.
        setUnlessSet("org.bytedeco.javacpp.nopointergc", "true");
        // The default limit, four times the heap, counts the model's weights, which are off the
        // heap.
        setUnlessSet("org.bytedeco.javacpp.maxphysicalbytes", "0");
    }

    private static void setUnlessSet(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }
}
