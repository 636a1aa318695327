package io.millrace.it.bench.peer;

/** A peer's session: token ids in, the last hidden states out. Called by several threads. */
interface HiddenStates extends AutoCloseable {
    /** {@code [rows · length · hidden size]} */
    float[] of(PaddedBatch batch) throws Exception;

    @Override
    void close() throws Exception;
}
