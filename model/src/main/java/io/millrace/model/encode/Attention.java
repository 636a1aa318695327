package io.millrace.model.encode;

import io.millrace.model.ModelException;
import io.millrace.model.tokenize.TextException;
import io.millrace.model.tokenize.TokenizedText;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What the tokens of one text attend to.
 *
 * @param text what was tokenized
 * @param truncated whether a part of it is in none of the tokens
 * @param tokens as the vocabulary calls them, those around the text included
 * @param before how many of them stand before the text, a prompt's included
 * @param after how many of them stand after it
 * @param weights {@code [layers][heads][query][key]}; each query's sum to one
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Attention(
        String text,
        boolean truncated,
        List<String> tokens,
        int before,
        int after,
        float[][][][] weights) {
    /** A map is as large as the square of this, and there is one for each layer and head. */
    public static final int MAX_TOKENS = 256;

    /**
     * Runs a model on one text.
     *
     * @throws ModelException with everything that is wrong with the directory
     * @throws TextException when the text cannot become tokens, or becomes more than {@link
     *     #MAX_TOKENS}
     */
    public static Attention of(Path directory, EncoderOptions options, String text) {
        try (TensorFlowEncoder encoder = TensorFlowEncoder.open(directory, options)) {
            TokenizedText tokenized = encoder.tokenizer().tokenize(text);
            int[] ids = tokenized.ids();
            if (ids.length > MAX_TOKENS) {
                throw new TextException(
                        "expected at most %d tokens to look at, found %d"
                                .formatted(MAX_TOKENS, ids.length));
            }
            int padded = new LengthBuckets(encoder.info().maxTokens()).paddedLength(ids.length);
            TokenBatch batch = TokenBatch.pad(List.of(ids), padded, encoder.info().padTokenId());
            Map<Integer, String> names = encoder.names(text);
            int[] around = encoder.tokenizer().tokenize("").ids();
            int before = before(ids, around);
            return new Attention(
                    text,
                    tokenized.truncated(),
                    Arrays.stream(ids).mapToObj(id -> names.getOrDefault(id, "#" + id)).toList(),
                    before,
                    Math.min(around.length, ids.length) - before,
                    encoder.attentions(batch));
        }
    }

    /**
     * How many tokens of an empty text stand where this one begins; the others stand at its end.
     */
    private static int before(int[] ids, int[] around) {
        int before = 0;
        while (before < Math.min(around.length, ids.length) && ids[before] == around[before]) {
            before++;
        }
        return before;
    }
}
