package io.millrace.model.encode;

import io.millrace.model.tokenize.Truncation;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a model directory is run, where that departs from what the directory itself says.
 *
 * <pre>{@code
 * EncoderOptions options = EncoderOptions.DEFAULT.withPromptName("query").withTruncateDim(256);
 * }</pre>
 *
 * @param maxTokens at most so many tokens a text, special tokens included; null: as the directory
 *     says
 * @param truncation what happens to longer texts; null: as the directory says, which is to cut the
 *     end unless it says otherwise
 * @param attentionMask padding or causal; null: as the directory says
 * @param prompt goes before every text, whatever the directory has; null: see the next
 * @param promptName the directory's prompt of this name goes before every text; null: the
 *     directory's default, if it has one
 * @param truncateDim only so many components of each vector; null: as the directory says
 * @param normalize whether vectors are scaled to length 1 after everything else, {@code
 *     truncateDim} too
 * @param stripText whether spaces around a text, its prompt included, are dropped, as
 *     sentence-transformers did up to version 5
 * @param adapter a LoRA adapter that is merged into the weights: its directory, or for those who
 *     take models of the Hub, its name there; null: none but one that is in the model's directory
 *     itself
 * @param precision what it computes with
 */
public record EncoderOptions(
        @Nullable Integer maxTokens,
        @Nullable Truncation truncation,
        @Nullable AttentionMask attentionMask,
        @Nullable String prompt,
        @Nullable String promptName,
        @Nullable Integer truncateDim,
        boolean normalize,
        boolean stripText,
        @Nullable String adapter,
        Precision precision)
        implements Serializable {
    public static final EncoderOptions DEFAULT =
            new EncoderOptions(
                    null, null, null, null, null, null, false, false, null, Precision.F32);

    public EncoderOptions {
        Objects.requireNonNull(precision, "precision");
    }

    public EncoderOptions withMaxTokens(@Nullable Integer tokens) {
        return new EncoderOptions(
                tokens,
                truncation,
                attentionMask,
                prompt,
                promptName,
                truncateDim,
                normalize,
                stripText,
                adapter,
                precision);
    }

    public EncoderOptions withTruncation(@Nullable Truncation side) {
        return new EncoderOptions(
                maxTokens,
                side,
                attentionMask,
                prompt,
                promptName,
                truncateDim,
                normalize,
                stripText,
                adapter,
                precision);
    }

    public EncoderOptions withAttentionMask(@Nullable AttentionMask mask) {
        return new EncoderOptions(
                maxTokens,
                truncation,
                mask,
                prompt,
                promptName,
                truncateDim,
                normalize,
                stripText,
                adapter,
                precision);
    }

    public EncoderOptions withPrompt(@Nullable String text) {
        return new EncoderOptions(
                maxTokens,
                truncation,
                attentionMask,
                text,
                promptName,
                truncateDim,
                normalize,
                stripText,
                adapter,
                precision);
    }

    public EncoderOptions withPromptName(@Nullable String name) {
        return new EncoderOptions(
                maxTokens,
                truncation,
                attentionMask,
                prompt,
                name,
                truncateDim,
                normalize,
                stripText,
                adapter,
                precision);
    }

    public EncoderOptions withTruncateDim(@Nullable Integer components) {
        return new EncoderOptions(
                maxTokens,
                truncation,
                attentionMask,
                prompt,
                promptName,
                components,
                normalize,
                stripText,
                adapter,
                precision);
    }

    public EncoderOptions withNormalize(boolean toLengthOne) {
        return new EncoderOptions(
                maxTokens,
                truncation,
                attentionMask,
                prompt,
                promptName,
                truncateDim,
                toLengthOne,
                stripText,
                adapter,
                precision);
    }

    public EncoderOptions withStripText(boolean strip) {
        return new EncoderOptions(
                maxTokens,
                truncation,
                attentionMask,
                prompt,
                promptName,
                truncateDim,
                normalize,
                strip,
                adapter,
                precision);
    }

    public EncoderOptions withAdapter(@Nullable String directory) {
        return new EncoderOptions(
                maxTokens,
                truncation,
                attentionMask,
                prompt,
                promptName,
                truncateDim,
                normalize,
                stripText,
                directory,
                precision);
    }

    public EncoderOptions withPrecision(Precision numbers) {
        return new EncoderOptions(
                maxTokens,
                truncation,
                attentionMask,
                prompt,
                promptName,
                truncateDim,
                normalize,
                stripText,
                adapter,
                numbers);
    }

    public Optional<Integer> maxTokensOverride() {
        return Optional.ofNullable(maxTokens);
    }

    public Optional<Truncation> truncationOverride() {
        return Optional.ofNullable(truncation);
    }

    public Optional<AttentionMask> attentionMaskOverride() {
        return Optional.ofNullable(attentionMask);
    }

    public Optional<String> promptOverride() {
        return Optional.ofNullable(prompt);
    }

    public Optional<String> promptNameOverride() {
        return Optional.ofNullable(promptName);
    }

    public Optional<Integer> truncateDimOverride() {
        return Optional.ofNullable(truncateDim);
    }

    public Optional<Path> adapterDirectory() {
        return Optional.ofNullable(adapter).map(Path::of);
    }
}
