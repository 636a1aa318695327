package io.millrace.model.pool;

import io.millrace.model.arch.Activation;
import io.millrace.model.arch.Kernels;
import io.millrace.model.arch.Linear;
import io.millrace.model.arch.Norm;
import io.millrace.model.arch.Value;
import io.millrace.model.arch.Weight;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A module of the sentence-transformers pipeline after the transformer. */
public sealed interface Step {
    /** Adds it to a graph. */
    Features apply(Kernels k, Features features);

    /**
     * Vectors of tokens to one a text.
     *
     * @param modes side by side, in this order; at least one
     * @param includePrompt whether the tokens of the prompt count
     */
    record Pooling(List<PoolingMode> modes, boolean includePrompt) implements Step {
        public Pooling {
            modes = List.copyOf(modes);
        }

        @Override
        public Features apply(Kernels k, Features f) {
            int from = includePrompt ? 0 : f.promptTokens();
            Value tokens = k.unflatten(f.tokens(), f.width(), f.batch()); // [B, S, H]
            List<Value> pooled =
                    modes.stream().map(mode -> pool(k, mode, tokens, from, f)).toList();
            return f.withSentence(k.concat(pooled));
        }

        private static Value pool(Kernels k, PoolingMode mode, Value tokens, int from, Features f) {
            Value mask = k.tokenMask(from, f.batch()); // [B, S, 1]
            return switch (mode) {
                case CLS -> k.first(tokens, from, f.batch());
                case LAST_TOKEN -> k.last(tokens, from, f.batch());
                case MAX -> k.maxWhere(tokens, mask);
                case MEAN -> k.divide(k.weightedSum(tokens, mask), total(k, mask));
                case MEAN_SQRT_LEN -> k.divide(k.weightedSum(tokens, mask), k.sqrt(total(k, mask)));
                case WEIGHTED_MEAN -> {
                    Value weights = k.multiply(mask, k.ordinals(f.batch()));
                    yield k.divide(k.weightedSum(tokens, weights), total(k, weights));
                }
            };
        }

        /** Not zero where the prompt is all that was left of a text. */
        private static Value total(Kernels k, Value weights) {
            return k.atLeast(k.total(weights), 1e-9f);
        }
    }

    /**
     * A dense layer, {@code activation(x · Wᵀ + b)}, maybe with its input added.
     *
     * @param ofTokens whether of each token's vector, not the text's
     * @param residual whether the input is added
     * @param projection brings the input to the width of the output; null: it has it
     */
    record Dense(
            Linear linear,
            Activation activation,
            boolean ofTokens,
            boolean residual,
            @Nullable Linear projection)
            implements Step {
        @Override
        public Features apply(Kernels k, Features f) {
            if (ofTokens) {
                Value x = f.tokens();
                Value y = k.dense(x, linear, activation);
                if (residual) {
                    y = projection == null ? k.add(y, x) : k.denseAdd(x, projection, y);
                }
                return f.withTokens(y, linear.out());
            }
            Value x = f.vectors();
            Value y = k.denseByRow(x, linear, activation);
            if (residual) {
                Value input =
                        projection == null ? x : k.denseByRow(x, projection, Activation.IDENTITY);
                y = k.add(y, input);
            }
            return f.withSentence(y);
        }
    }

    /**
     * Scales vectors to length 1.
     *
     * @param ofTokens whether each token's vector, not the text's
     */
    record Normalize(boolean ofTokens) implements Step {
        @Override
        public Features apply(Kernels k, Features f) {
            if (ofTokens) {
                return f.withTokens(k.normalize(f.tokens()), f.width());
            }
            return f.withSentence(k.normalize(f.vectors()));
        }
    }

    /** A layer norm of the text's vector. */
    record LayerNorm(Norm norm) implements Step {
        @Override
        public Features apply(Kernels k, Features f) {
            return f.withSentence(k.norm(f.vectors(), norm));
        }
    }

    /**
     * Each token's vector becomes a weighted mean of what the layers made of it.
     *
     * @param weights one a layer, the embeddings among them
     * @param start the first layer that counts; zero: the embeddings
     */
    record LayerMean(Weight weights, int start) implements Step {
        @Override
        public Features apply(Kernels k, Features f) {
            List<Value> states = f.states().subList(start, f.states().size());
            return f.withTokens(k.weightedMean(states, weights), f.width());
        }
    }
}
