package io.millrace.model.testing;

import io.millrace.model.tokenize.TextException;
import io.millrace.model.tokenize.TokenizedText;
import io.millrace.model.tokenize.Tokenizer;
import io.millrace.model.tokenize.Truncation;
import java.util.Arrays;

/**
 * One token a character, between a first token 1 and a last token 2; no native code. Ids are below
 * 65,536.
 */
public final class FakeTokenizer implements Tokenizer {
    private final int maxTokens;
    private final Truncation truncation;

    public FakeTokenizer(int maxTokens, Truncation truncation) {
        this.maxTokens = maxTokens;
        this.truncation = truncation;
    }

    @Override
    public TokenizedText tokenize(String text) {
        int[] ids = new int[text.length() + 2];
        ids[0] = 1;
        for (int i = 0; i < text.length(); i++) {
            ids[i + 1] = text.charAt(i);
        }
        ids[ids.length - 1] = 2;
        return accept(ids);
    }

    @Override
    public TokenizedText accept(int[] ids) {
        if (ids.length == 0) {
            throw new TextException("no tokens");
        }
        if (ids.length <= maxTokens) {
            return new TokenizedText(ids, false);
        }
        return switch (truncation) {
            case RIGHT -> new TokenizedText(Arrays.copyOf(ids, maxTokens), true);
            case LEFT ->
                    new TokenizedText(
                            Arrays.copyOfRange(ids, ids.length - maxTokens, ids.length), true);
            case REJECT ->
                    throw new TextException(
                            "expected at most %d tokens, found %d"
                                    .formatted(maxTokens, ids.length));
        };
    }

    @Override
    public void close() {}
}
