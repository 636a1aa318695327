package io.millrace.model.arch;

/**
 * What every encoder has, under Hugging Face's most common names.
 *
 * @param modelType which architecture
 * @param vocabSize rows of the word embedding
 * @param hiddenSize width of a token's vector between layers
 * @param numHiddenLayers how many layers
 * @param numAttentionHeads query heads of each layer
 * @param intermediateSize width of the feed-forward part
 * @param maxPositionEmbeddings most tokens of a text where nothing else says how many
 * @param positionLimit most tokens of a text that can be computed at all: rows of the table of
 *     positions, or {@link #UNLIMITED}
 * @param padTokenId fills a row up to its batch's length
 * @param causal whether tokens attend only to earlier ones, if not told otherwise
 */
public record EncoderConfig(
        ModelType modelType,
        int vocabSize,
        int hiddenSize,
        int numHiddenLayers,
        int numAttentionHeads,
        int intermediateSize,
        int maxPositionEmbeddings,
        int positionLimit,
        int padTokenId,
        boolean causal) {
    /** For encoders without a table of positions; so many tokens fit into no memory. */
    public static final int UNLIMITED = 1 << 20;

    /** Checks that the head size is whole and the padding is a word; noted as problems if not. */
    EncoderConfig checked(ConfigKeys keys, String headsKey, String hiddenKey) {
        if (hiddenSize % numAttentionHeads != 0) {
            keys.problem(headsKey, "a divisor of %s %d".formatted(hiddenKey, hiddenSize));
        }
        return checked(keys);
    }

    /** Checks that the padding is a word; noted as a problem if not. */
    EncoderConfig checked(ConfigKeys keys) {
        if (padTokenId >= vocabSize) {
            keys.problem("pad_token_id", "less than vocab_size " + vocabSize);
        }
        return this;
    }
}
