package io.millrace.model.encode;

import io.millrace.model.tokenize.Truncation;
import java.io.Serializable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a model directory is run, where that departs from what the directory itself says.
 *
 * @param maxTokens at most so many tokens a text, special tokens included; null: as the directory
 *     says
 * @param truncation what happens to longer texts; null: as the directory says, which is to cut the
 *     end unless it says otherwise
 * @param attentionMask padding or causal; null: as the directory says
 */
public record EncoderOptions(
        @Nullable Integer maxTokens,
        @Nullable Truncation truncation,
        @Nullable AttentionMask attentionMask)
        implements Serializable {
    public static final EncoderOptions DEFAULT = new EncoderOptions(null, null, null);

    public Optional<Integer> maxTokensOverride() {
        return Optional.ofNullable(maxTokens);
    }

    public Optional<Truncation> truncationOverride() {
        return Optional.ofNullable(truncation);
    }

    public Optional<AttentionMask> attentionMaskOverride() {
        return Optional.ofNullable(attentionMask);
    }
}
