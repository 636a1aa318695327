package io.millrace.model.pool;

import io.millrace.model.arch.Batch;
import io.millrace.model.arch.Kernels;
import io.millrace.model.arch.Value;
import java.util.List;

/**
 * Hidden states to one vector a text, as sentence-transformers does it: <a
 * href="https://github.com/huggingface/sentence-transformers/blob/main/sentence_transformers/sentence_transformer/modules/pooling.py">pooling.py</a>,
 * then the modules after it, then truncation.
 *
 * @param modes pooled side by side, in this order; at least one
 * @param steps what follows, in order
 * @param width length of the vector that the last step gives
 * @param dimension length of the vector that leaves: at most {@code width}
 * @param normalized whether the vector that leaves is scaled to length 1 after it was cut
 */
public record Pipeline(
        List<PoolingMode> modes, List<Step> steps, int width, int dimension, boolean normalized) {
    public Pipeline {
        modes = List.copyOf(modes);
        steps = List.copyOf(steps);
    }

    /** The same, with vectors of so many components, or as many as there are. */
    public Pipeline withTruncation(int components) {
        return new Pipeline(modes, steps, width, Math.min(components, width), normalized);
    }

    /** The same, with vectors of length 1. */
    public Pipeline withNormalization() {
        return new Pipeline(modes, steps, width, dimension, true);
    }

    /**
     * Adds the pipeline to a graph.
     *
     * @param hidden {@code [B · S, H]}
     * @return {@code [B, dimension]}
     */
    public Value apply(Kernels k, Value hidden, int hiddenSize, Batch batch) {
        Value tokens = k.unflatten(hidden, hiddenSize, batch); // [B, S, H]
        Value x = k.concat(modes.stream().map(mode -> pool(k, mode, tokens, batch)).toList());
        for (Step step : steps) {
            x = step.apply(k, x);
        }
        x = k.truncate(x, dimension);
        return normalized ? k.normalize(x) : x;
    }

    private static Value pool(Kernels k, PoolingMode mode, Value tokens, Batch batch) {
        Value mask = k.tokenMask(batch); // [B, S, 1]
        return switch (mode) {
            case CLS -> k.first(tokens);
            case LAST_TOKEN -> k.last(tokens, batch);
            case MAX -> k.maxWhere(tokens, mask);
            case MEAN -> k.divide(k.weightedSum(tokens, mask), k.total(mask));
            case MEAN_SQRT_LEN -> k.divide(k.weightedSum(tokens, mask), k.sqrt(k.total(mask)));
            case WEIGHTED_MEAN -> {
                Value weights = k.multiply(mask, k.ordinals(batch));
                yield k.divide(k.weightedSum(tokens, weights), k.total(weights));
            }
        };
    }
}
