package io.millrace.model.encode;

/**
 * The padded length of a text, a function of its own token count and of nothing else: so a vector
 * never depends on the texts that share its batch, padding stays small, and the number of distinct
 * shapes too.
 *
 * <p>The next multiple of 4 up to 64, of 8 up to 128, of 16 up to 256, of 32 up to 512, of 64
 * beyond; never more than the model takes.
 */
public record LengthBuckets(int maxTokens) {
    public LengthBuckets {
        if (maxTokens < 1) {
            throw new IllegalArgumentException(
                    "maxTokens: expected at least 1, found " + maxTokens);
        }
    }

    /**
     * The length that a row of so many tokens is padded to.
     *
     * @param tokens 1 to {@link #maxTokens}
     */
    public int paddedLength(int tokens) {
        if (tokens < 1 || tokens > maxTokens) {
            throw new IllegalArgumentException(
                    "tokens: expected 1 to %d, found %d".formatted(maxTokens, tokens));
        }
        return Math.min(roundUp(tokens, step(tokens)), maxTokens);
    }

    private static int step(int tokens) {
        if (tokens <= 64) {
            return 4;
        }
        if (tokens <= 128) {
            return 8;
        }
        if (tokens <= 256) {
            return 16;
        }
        return tokens <= 512 ? 32 : 64;
    }

    private static int roundUp(int value, int step) {
        return (value + step - 1) / step * step;
    }
}
