package io.millrace.kafka.testing;

import io.millrace.flink.encode.EncoderSource;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.ModelInfo;
import io.millrace.model.encode.TokenBatch;
import io.millrace.model.testing.FakeEncoder;
import io.millrace.model.tokenize.TokenizedText;
import io.millrace.model.tokenize.Tokenizer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Encodes as the fake does, but fails its task once for each of some counts of texts, over all
 * tasks of this process.
 */
public final class FailingEncoder implements Encoder, Tokenizer {
    private static final AtomicInteger TOKENIZED = new AtomicInteger();
    private static final Set<Integer> FAIL_AT = ConcurrentHashMap.newKeySet();

    private final FakeEncoder encoder = new FakeEncoder(64);

    /** Encoders that fail at these texts, counted from 1 from now on. */
    public static EncoderSource failingAt(Integer... counts) {
        TOKENIZED.set(0);
        FAIL_AT.clear();
        FAIL_AT.addAll(Set.of(counts));
        return FailingEncoder::new;
    }

    /** Failures that are still to come. */
    public static int failuresLeft() {
        return FAIL_AT.size();
    }

    @Override
    public TokenizedText tokenize(String text) {
        if (FAIL_AT.remove(TOKENIZED.incrementAndGet())) {
            throw new IllegalStateException("a failure on purpose");
        }
        return encoder.tokenizer().tokenize(text);
    }

    @Override
    public TokenizedText accept(int[] ids) {
        return encoder.tokenizer().accept(ids);
    }

    @Override
    public ModelInfo info() {
        return encoder.info();
    }

    @Override
    public Tokenizer tokenizer() {
        return this;
    }

    @Override
    public float[][] encode(TokenBatch batch) {
        return encoder.encode(batch);
    }

    @Override
    public void close() {}
}
