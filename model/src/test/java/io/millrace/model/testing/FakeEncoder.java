package io.millrace.model.testing;

import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.ModelInfo;
import io.millrace.model.encode.Precision;
import io.millrace.model.encode.TokenBatch;
import io.millrace.model.tokenize.Tokenizer;
import io.millrace.model.tokenize.Truncation;
import java.util.Arrays;

/** Vectors that are a function of the tokens alone, made at once; no native code. */
public final class FakeEncoder implements Encoder {
    private static final int DIMENSION = 4;

    private final ModelInfo info;
    private final Tokenizer tokenizer;

    public FakeEncoder(int maxTokens) {
        this.info =
                new ModelInfo(
                        "fake", "sha256:0", DIMENSION, maxTokens, 0, "CPU", Precision.F32, "none");
        this.tokenizer = new FakeTokenizer(maxTokens, Truncation.RIGHT);
    }

    /** The vector of these tokens, whatever batch they are in. */
    public static float[] vectorOf(int[] ids) {
        float sum = 0;
        for (int id : ids) {
            sum += id;
        }
        return new float[] {ids.length, ids[0], ids[ids.length - 1], sum};
    }

    @Override
    public ModelInfo info() {
        return info;
    }

    @Override
    public Tokenizer tokenizer() {
        return tokenizer;
    }

    @Override
    public float[][] encode(TokenBatch batch) {
        float[][] vectors = new float[batch.rows()][];
        for (int row = 0; row < batch.rows(); row++) {
            int start = row * batch.paddedLength();
            vectors[row] =
                    vectorOf(Arrays.copyOfRange(batch.ids(), start, start + batch.lengths()[row]));
        }
        return vectors;
    }

    @Override
    public void close() {}
}
