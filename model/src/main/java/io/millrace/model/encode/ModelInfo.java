package io.millrace.model.encode;

/**
 * What a loaded model is; written beside every vector.
 *
 * @param id name of the model: its directory's, or the Hub's {@code org/name}
 * @param revision the Hub's commit where the directory tells it, otherwise {@code sha256:} and the
 *     first 16 hex digits of the hash over the files that decide the vectors
 * @param dimension length of each vector
 * @param maxTokens most tokens of one text, special tokens included
 * @param padTokenId the id that fills a row up to its batch's length
 * @param device CPU or GPU: where it was seen to run
 * @param precision what it computes with
 * @param kernels which operations it is made of, and why, in words
 */
public record ModelInfo(
        String id,
        String revision,
        int dimension,
        int maxTokens,
        int padTokenId,
        String device,
        Precision precision,
        String kernels) {}
