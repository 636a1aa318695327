package io.millrace.model.fetch;

/** Hears how far a model has come. Called on the thread that asked for the model. */
public interface FetchListener {
    /** Hears nothing. */
    FetchListener NONE = new FetchListener() {};

    /** Something a person should know, though it is no failure. */
    default void note(String message) {}

    /**
     * Files are about to be brought.
     *
     * @param model {@code org/name@commit}
     * @param files how many
     * @param bytes of all of them, those of a cut-off earlier attempt included
     */
    default void begin(String model, int files, long bytes) {}

    /** So many bytes of all are here; less than before when a file had to be begun anew. */
    default void at(long bytes) {}

    /** Nothing more will come, well or badly; only after {@link #begin}. */
    default void end() {}
}
