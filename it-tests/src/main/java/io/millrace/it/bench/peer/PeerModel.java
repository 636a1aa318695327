package io.millrace.it.bench.peer;

import io.millrace.model.pool.Pipeline;
import io.millrace.model.pool.PoolingMode;
import io.millrace.model.pool.Step;
import io.millrace.model.read.ModelDirectory;
import io.millrace.model.tokenize.HuggingFaceTokenizer;
import io.millrace.model.tokenize.Tokenizer;
import java.nio.file.Path;
import java.util.List;

/**
 * What a peer that has only the encoder needs around it: the same tokenizer library that we use,
 * and pooling and normalisation as the directory says.
 */
final class PeerModel implements AutoCloseable {
    private final Tokenizer tokenizer;
    private final int padTokenId;
    private final boolean mean;
    private final boolean normalized;

    private PeerModel(Tokenizer tokenizer, int padTokenId, boolean mean, boolean normalized) {
        this.tokenizer = tokenizer;
        this.padTokenId = padTokenId;
        this.mean = mean;
        this.normalized = normalized;
    }

    /**
     * Reads a directory.
     *
     * @throws IllegalArgumentException when its vectors are made otherwise
     */
    static PeerModel open(Path directory) {
        ModelDirectory model = ModelDirectory.open(directory);
        Pipeline pipeline = model.pipeline();
        boolean normalized = pipeline.normalized();
        PoolingMode mode = null;
        for (Step step : pipeline.steps()) {
            if (step instanceof Step.Pooling pooling && pooling.modes().size() == 1) {
                mode = pooling.modes().get(0);
            } else if (step instanceof Step.Normalize) {
                normalized = true;
            } else {
                mode = null;
                break;
            }
        }
        if (pipeline.dimension() != pipeline.width()
                || !List.of(PoolingMode.MEAN, PoolingMode.CLS).contains(mode)) {
            throw new IllegalArgumentException(
                    "only mean and first-token pooling, and normalisation, are written for this engine");
        }
        return new PeerModel(
                HuggingFaceTokenizer.open(model.tokenizer()),
                model.config().padTokenId(),
                mode == PoolingMode.MEAN,
                normalized);
    }

    int[] tokenize(String text) {
        return tokenizer.tokenize(text).ids();
    }

    int padTokenId() {
        return padTokenId;
    }

    /** Vectors of a batch's texts, of the hidden states of its tokens. */
    void pool(PaddedBatch batch, float[] hidden, float[][] vectors) {
        int size = hidden.length / (batch.rows() * batch.length());
        for (int row = 0; row < batch.rows(); row++) {
            int tokens = mean ? batch.tokens(row) : 1;
            float[] vector = new float[size];
            for (int token = 0; token < tokens; token++) {
                int offset = (row * batch.length() + token) * size;
                for (int i = 0; i < size; i++) {
                    vector[i] += hidden[offset + i];
                }
            }
            double squares = 0;
            for (int i = 0; i < size; i++) {
                vector[i] /= tokens;
                squares += (double) vector[i] * vector[i];
            }
            if (normalized) {
                float scale = (float) (1 / Math.max(Math.sqrt(squares), 1e-12));
                for (int i = 0; i < size; i++) {
                    vector[i] *= scale;
                }
            }
            vectors[batch.texts().get(row)] = vector;
        }
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
