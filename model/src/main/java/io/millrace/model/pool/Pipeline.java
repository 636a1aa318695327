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
 * @param dimension length of the vector that leaves, at most that of the last step
 */
public record Pipeline(List<PoolingMode> modes, List<Step> steps, int dimension) {
    public Pipeline {
        modes = List.copyOf(modes);
        steps = List.copyOf(steps);
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
        return k.truncate(x, dimension);
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
