package io.millrace.model.encode;

import io.millrace.model.ModelException;
import io.millrace.model.tokenize.TextException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * What the tokens of one text attend to.
 *
 * @param tokens as the vocabulary calls them, those around the text included
 * @param weights {@code [layers][heads][query][key]}; each query's sum to one
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Attention(List<String> tokens, float[][][][] weights) {
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
            int[] ids = encoder.tokenizer().tokenize(text).ids();
            if (ids.length > MAX_TOKENS) {
                throw new TextException(
                        "expected at most %d tokens to look at, found %d"
                                .formatted(MAX_TOKENS, ids.length));
            }
            int padded = new LengthBuckets(encoder.info().maxTokens()).paddedLength(ids.length);
            TokenBatch batch = TokenBatch.pad(List.of(ids), padded, encoder.info().padTokenId());
            Map<Integer, String> names = encoder.names(text);
            return new Attention(
                    Arrays.stream(ids).mapToObj(id -> names.getOrDefault(id, "#" + id)).toList(),
                    encoder.attentions(batch));
        }
    }
}
