package io.millrace.model.tokenize;

/** Text to token ids, as the model's own tokenizer makes them. Thread-safe. */
public interface Tokenizer extends AutoCloseable {
    /**
     * Token ids of one text, special tokens included, at most as many as the model takes.
     *
     * @throws TextException when this text cannot become tokens; never carries the text itself
     */
    TokenizedText tokenize(String text);

    /**
     * Ids that were made elsewhere, special tokens included, checked against the vocabulary and cut
     * by the same rule as a text.
     *
     * @throws TextException when an id is not in the vocabulary, there are none, or too many under
     *     {@link Truncation#REJECT}
     */
    TokenizedText accept(int[] ids);

    @Override
    void close();
}
