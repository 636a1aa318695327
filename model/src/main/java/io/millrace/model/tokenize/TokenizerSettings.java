package io.millrace.model.tokenize;

import java.util.List;

/**
 * How the directory wants texts tokenized.
 *
 * @param json {@code tokenizer.json}, with what its {@code tokenizer_config.json} overrides already
 *     put in; without truncation and padding
 * @param kind the tokenizer's model: WordPiece, BPE, Unigram, WordLevel
 * @param splitsAtSpaces whether each word between spaces is tokenized by itself
 * @param prompt goes before every text
 * @param strip whether spaces around a text and its prompt are dropped
 * @param maxTokens most tokens of one text, special tokens included
 * @param truncation which end of a longer text is cut
 * @param maxChars most characters of a text that are given to the tokenizer at once
 * @param vocabularySize ids are less than this
 * @param marks the tokenizer's special tokens
 */
public record TokenizerSettings(
        String json,
        String kind,
        boolean splitsAtSpaces,
        String prompt,
        boolean strip,
        int maxTokens,
        Truncation truncation,
        int maxChars,
        int vocabularySize,
        List<String> marks) {
    public TokenizerSettings {
        marks = List.copyOf(marks);
    }

    /** The same, but for the cut. */
    public TokenizerSettings withCut(int tokens, Truncation side) {
        return new TokenizerSettings(
                json,
                kind,
                splitsAtSpaces,
                prompt,
                strip,
                tokens,
                side,
                maxChars,
                vocabularySize,
                marks);
    }

    /** The same, but for what is done to a text before it is tokenized. */
    public TokenizerSettings withText(String promptBefore, boolean stripBefore) {
        return new TokenizerSettings(
                json,
                kind,
                splitsAtSpaces,
                promptBefore,
                stripBefore,
                maxTokens,
                truncation,
                maxChars,
                vocabularySize,
                marks);
    }

    /** The same without the vocabulary, which is needed once only and may be tens of megabytes. */
    TokenizerSettings withoutJson() {
        return new TokenizerSettings(
                "",
                kind,
                splitsAtSpaces,
                prompt,
                strip,
                maxTokens,
                truncation,
                maxChars,
                vocabularySize,
                marks);
    }

    /** Names the settings, not the whole vocabulary. */
    @Override
    public String toString() {
        return "TokenizerSettings[%s, maxTokens=%d, truncation=%s, vocabularySize=%d]"
                .formatted(kind, maxTokens, truncation, vocabularySize);
    }
}
