package io.millrace.flink.record;

import io.millrace.model.encode.Encoder;
import io.millrace.model.tokenize.TextException;
import io.millrace.model.tokenize.TokenizedText;
import io.millrace.model.tokenize.Tokenizer;
import org.jspecify.annotations.Nullable;

/**
 * A text and its tokens, between tokenizing and encoding. A delete has none.
 *
 * @param source the text's record, unchanged
 * @param ids token ids, special tokens included, not padded
 * @param truncated whether tokens were cut off to fit the model
 * @param modelRevision revision of the model whose tokens these are: ids that come out of a
 *     checkpoint may be those of another model
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; handed to the encoder once
public record TokenizedRecord(
        TextRecord source, int[] ids, boolean truncated, String modelRevision) {

    /**
     * The record's tokens, as this model makes them.
     *
     * @throws TextException when this record cannot become tokens; never carries the text itself
     */
    public static TokenizedRecord of(TextRecord source, Encoder encoder) {
        if (source.deletes()) {
            return new TokenizedRecord(source, new int[0], false, encoder.info().revision());
        }
        TokenizedText tokens = tokenize(source.text(), source.tokenIds(), encoder.tokenizer());
        return new TokenizedRecord(
                source, tokens.ids(), tokens.truncated(), encoder.info().revision());
    }

    /** Whether this model can encode the ids as they are. */
    public boolean fits(Encoder encoder) {
        return modelRevision.equals(encoder.info().revision())
                && ids.length <= encoder.info().maxTokens();
    }

    private static TokenizedText tokenize(
            @Nullable String text, int @Nullable [] tokenIds, Tokenizer tokenizer) {
        if (text != null && tokenIds == null) {
            return tokenizer.tokenize(text);
        }
        if (text == null && tokenIds != null) {
            return tokenizer.accept(tokenIds);
        }
        throw new TextException(
                "expected a text or token ids, found " + (text == null ? "neither" : "both"));
    }
}
