package io.millrace.model.pool;

import io.millrace.model.arch.Batch;
import io.millrace.model.arch.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the modules of a pipeline hand on, as sentence-transformers' {@code features} do.
 *
 * @param batch the texts
 * @param promptTokens how many tokens of each text are its prompt
 * @param states every layer's hidden states, {@code [B · S, H]} each
 * @param tokens a vector a token, {@code [B · S, width]}
 * @param width of the vectors of tokens
 * @param sentence a vector a text, {@code [B, D]}; null: not yet
 */
record Features(
        Batch batch,
        int promptTokens,
        List<Value> states,
        Value tokens,
        int width,
        @Nullable Value sentence) {
    Features withTokens(Value newTokens, int newWidth) {
        return new Features(batch, promptTokens, states, newTokens, newWidth, sentence);
    }

    Features withSentence(Value newSentence) {
        return new Features(batch, promptTokens, states, tokens, width, newSentence);
    }

    /** The vector a text, which the reader of the pipeline made sure is there. */
    Value vectors() {
        if (sentence == null) {
            throw new IllegalStateException("expected a pooling before this module");
        }
        return sentence;
    }
}
