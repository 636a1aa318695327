package io.millrace.model.tokenize;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;

/**
 * The library's normalizer by itself. It has no call for that; but a Unigram model that knows no
 * token gives back what it got as one unknown token.
 */
final class Normalizer implements AutoCloseable {
    private final long handle;

    private Normalizer(long handle) {
        this.handle = handle;
    }

    /**
     * Builds one.
     *
     * @param json the part of {@code tokenizer.json}, known to be safe
     * @throws IllegalArgumentException when the library cannot read it
     */
    static Normalizer open(String json) {
        NativeLibrary.load();
        try {
            return new Normalizer(
                    TokenizersLibrary.LIB.createTokenizerFromString(
                            """
                            {"version":"1.0","added_tokens":[],"normalizer":%s,"model":
                            {"type":"Unigram","unk_id":0,"vocab":[["",0.0]]}}"""
                                    .formatted(json)));
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    String normalize(String text) {
        try {
            long encoding = TokenizersLibrary.LIB.encode(handle, text, false);
            try {
                return String.join("", TokenizersLibrary.LIB.getTokens(encoding));
            } finally {
                TokenizersLibrary.LIB.deleteEncoding(encoding);
            }
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        TokenizersLibrary.LIB.deleteTokenizer(handle);
    }
}
