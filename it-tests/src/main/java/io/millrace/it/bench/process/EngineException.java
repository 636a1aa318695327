package io.millrace.it.bench.process;

import java.io.IOException;

/** An engine that did not do what it should: it could not, it died, or it said something else. */
public final class EngineException extends IOException {
    private static final long serialVersionUID = 1L;

    public EngineException(String message) {
        super(message);
    }
}
