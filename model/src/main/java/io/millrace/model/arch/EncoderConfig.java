package io.millrace.model.arch;

/**
 * What {@code config.json} says of the encoder, under Hugging Face's own names.
 *
 * @param modelType which architecture
 * @param vocabSize rows of the word embedding
 * @param hiddenSize width of a token's vector between layers
 * @param numHiddenLayers how many layers
 * @param numAttentionHeads heads of each layer; divides {@code hiddenSize}
 * @param intermediateSize width of the feed-forward part
 * @param hiddenAct activation of the feed-forward part
 * @param maxPositionEmbeddings rows of the position embedding: no text is longer
 * @param typeVocabSize rows of the token type embedding
 * @param layerNormEps added to the variance in every layer norm
 * @param padTokenId fills a row up to its batch's length
 * @param isDecoder whether tokens attend only to earlier ones
 */
public record EncoderConfig(
        ModelType modelType,
        int vocabSize,
        int hiddenSize,
        int numHiddenLayers,
        int numAttentionHeads,
        int intermediateSize,
        Activation hiddenAct,
        int maxPositionEmbeddings,
        int typeVocabSize,
        float layerNormEps,
        int padTokenId,
        boolean isDecoder) {
    public int headSize() {
        return hiddenSize / numAttentionHeads;
    }
}
