package io.millrace.model.encode;

import io.millrace.model.tokenize.Tokenizer;

/**
 * A loaded model. Thread-safe: each calling thread runs its batch on one core.
 *
 * <pre>{@code
 * try (Encoder encoder = Encoder.open(Path.of("all-MiniLM-L6-v2"))) {
 *     float[][] vectors = encoder.encode(List.of("The river turns the wheel."));
 * }
 * }</pre>
 */
public interface Encoder extends AutoCloseable {
    /** What the model is called and what shape its vectors have. */
    ModelInfo info();

    /** The model's own tokenizer; closed with the encoder. */
    Tokenizer tokenizer();

    /**
     * One vector a row, in the order of the rows; not checked for NaN or infinity, see {@link
     * Vectors#isFinite}.
     *
     * @param batch rows of one padded length, at most {@link ModelInfo#maxTokens}
     * @return {@code [rows][dimension]}
     * @throws EncodeException when the batch could not be run; nothing of it was
     */
    float[][] encode(TokenBatch batch);

    /** Waits for calls that are running, then frees native memory. A second call does nothing. */
    @Override
    void close();
}
