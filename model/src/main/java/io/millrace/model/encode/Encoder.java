package io.millrace.model.encode;

import io.millrace.model.ModelException;
import io.millrace.model.tokenize.TextException;
import io.millrace.model.tokenize.Tokenizer;
import java.nio.file.Path;
import java.util.List;

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
    /**
     * Loads a Hugging Face or sentence-transformers directory, to be run as it says.
     *
     * @throws ModelException with everything that is wrong with the directory
     */
    static Encoder open(Path directory) {
        return open(directory, EncoderOptions.DEFAULT);
    }

    /**
     * Loads a Hugging Face or sentence-transformers directory.
     *
     * @throws ModelException with everything that is wrong with the directory
     */
    static Encoder open(Path directory, EncoderOptions options) {
        return TensorFlowEncoder.open(directory, options);
    }

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

    /**
     * One vector a text, in the order of the texts; on the calling thread.
     *
     * @throws TextException when one of the texts cannot become tokens
     * @throws EncodeException when a batch could not be run, or a vector is not finite
     */
    default float[][] encode(List<String> texts) {
        return new TextsEncoder(this).encode(texts);
    }

    /** Waits for calls that are running, then frees native memory. A second call does nothing. */
    @Override
    void close();
}
