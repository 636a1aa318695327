package io.millrace.model.encode;

import org.jspecify.annotations.Nullable;

/** A batch that was not encoded. Smaller batches of the same texts may be. */
public final class EncodeException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why a batch was not encoded. */
    public enum Kind {
        /** The device or the host had too little memory for a batch of this size. */
        OUT_OF_MEMORY,
        /** Anything else that the native library reports. */
        FAILED
    }

    private final Kind kind;

    public EncodeException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
