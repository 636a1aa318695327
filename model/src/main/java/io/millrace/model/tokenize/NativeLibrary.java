package io.millrace.model.tokenize;

import ai.djl.huggingface.tokenizers.jni.LibUtils;

/**
 * Loads the native tokenizer library from the class path, for the CPU.
 *
 * <p>Left to itself, the loader asks for the CUDA version of the machine and downloads a library
 * for it. With the flavor given it only unpacks what is in the jar. Its own front door, {@code
 * ai.djl.huggingface.tokenizers.HuggingFaceTokenizer}, reports its use to a server first; so the
 * layer below is called here.
 */
final class NativeLibrary {
    private static final String FLAVOR = "RUST_FLAVOR";

    private NativeLibrary() {}

    /** Loads the library once per process; after that, does nothing. */
    static void load() {
        if (System.getenv(FLAVOR) == null && System.getProperty(FLAVOR) == null) {
            System.setProperty(FLAVOR, "cpu");
        }
        // The loader looks for the library where the thread's class loader looks, and a Flink
        // task's
        // thread looks into the job's jar.
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(NativeLibrary.class.getClassLoader());
        try {
            LibUtils.checkStatus();
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
