package io.millrace.model.fetch;

/** A model that could not be brought here; says why and what to do. Never holds a secret. */
public final class HubException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean temporary;

    private HubException(String message, boolean temporary) {
        super(message);
        this.temporary = temporary;
    }

    /** Trying again would end the same way. */
    static HubException lasting(String message) {
        return new HubException(message, false);
    }

    /** Trying again later may help: the network, or the Hub. */
    static HubException temporary(String message) {
        return new HubException(message, true);
    }

    /** The same, with what it was wanted for before it. */
    HubException because(String reason) {
        HubException longer = new HubException(reason + ": " + getMessage(), temporary);
        longer.setStackTrace(getStackTrace());
        return longer;
    }

    /** Whether the same request may succeed later. */
    public boolean isTemporary() {
        return temporary;
    }
}
