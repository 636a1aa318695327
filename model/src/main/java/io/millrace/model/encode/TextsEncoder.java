package io.millrace.model.encode;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Tokenizes texts, batches those of one padded length, and puts the vectors back in order. */
final class TextsEncoder {
    /** Padded tokens of one batch: enough to keep a core busy, little enough for its caches. */
    private static final int MAX_BATCH_TOKENS = 1024;

    private final Encoder encoder;

    TextsEncoder(Encoder encoder) {
        this.encoder = encoder;
    }

    float[][] encode(List<String> texts) {
        List<int[]> tokens =
                texts.stream().map(text -> encoder.tokenizer().tokenize(text).ids()).toList();
        float[][] vectors = new float[texts.size()][];
        byPaddedLength(tokens)
                .forEach((length, indexes) -> encode(tokens, indexes, length, vectors));
        return vectors;
    }

    private Map<Integer, List<Integer>> byPaddedLength(List<int[]> tokens) {
        LengthBuckets buckets = new LengthBuckets(encoder.info().maxTokens());
        Map<Integer, List<Integer>> byLength = new TreeMap<>();
        for (int i = 0; i < tokens.size(); i++) {
            int length = buckets.paddedLength(tokens.get(i).length);
            byLength.computeIfAbsent(length, key -> new ArrayList<>()).add(i);
        }
        return byLength;
    }

    private void encode(
            List<int[]> tokens, List<Integer> indexes, int paddedLength, float[][] vectors) {
        int rows = Math.max(1, MAX_BATCH_TOKENS / paddedLength);
        for (int from = 0; from < indexes.size(); from += rows) {
            List<Integer> batch = indexes.subList(from, Math.min(from + rows, indexes.size()));
            float[][] encoded =
                    encoder.encode(
                            TokenBatch.pad(
                                    batch.stream().map(tokens::get).toList(),
                                    paddedLength,
                                    encoder.info().padTokenId()));
            for (int row = 0; row < encoded.length; row++) {
                if (!Vectors.isFinite(encoded[row])) {
                    throw new EncodeException(
                            EncodeException.Kind.FAILED,
                            "text %d: expected a finite vector, found NaN or infinity"
                                    .formatted(batch.get(row)),
                            null);
                }
                vectors[batch.get(row)] = encoded[row];
            }
        }
    }
}
