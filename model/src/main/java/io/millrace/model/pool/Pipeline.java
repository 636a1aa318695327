package io.millrace.model.pool;

import io.millrace.model.arch.Batch;
import io.millrace.model.arch.Kernels;
import io.millrace.model.arch.Value;
import java.util.List;

/**
 * Hidden states to one vector a text, as sentence-transformers does it: one module after the other,
 * a <a
 * href="https://github.com/huggingface/sentence-transformers/blob/main/sentence_transformers/sentence_transformer/modules/pooling.py">pooling</a>
 * among them, then truncation.
 *
 * @param steps the modules after the transformer, in order
 * @param width length of the vector that the last step gives
 * @param dimension length of the vector that leaves: at most {@code width}
 * @param normalized whether the vector that leaves is scaled to length 1 after it was cut
 * @param promptTokens how many tokens of each text are its prompt, for a pooling without them
 */
public record Pipeline(
        List<Step> steps, int width, int dimension, boolean normalized, int promptTokens) {
    public Pipeline {
        steps = List.copyOf(steps);
    }

    /** The same, with vectors of so many components, or as many as there are. */
    public Pipeline withTruncation(int components) {
        return new Pipeline(steps, width, Math.min(components, width), normalized, promptTokens);
    }

    /** The same, with vectors of length 1. */
    public Pipeline withNormalization() {
        return new Pipeline(steps, width, dimension, true, promptTokens);
    }

    /** The same, for texts of which so many tokens are their prompt. */
    public Pipeline withPromptTokens(int tokens) {
        return new Pipeline(steps, width, dimension, normalized, tokens);
    }

    /** Whether how long the prompt is makes a difference. */
    public boolean excludesPrompt() {
        return steps.stream()
                .anyMatch(step -> step instanceof Step.Pooling p && !p.includePrompt());
    }

    /**
     * Adds the pipeline to a graph.
     *
     * @param states every layer's hidden states, {@code [B · S, H]}
     * @return {@code [B, dimension]}
     */
    public Value apply(Kernels k, List<Value> states, int hiddenSize, Batch batch) {
        Value last = states.get(states.size() - 1);
        Features features = new Features(batch, promptTokens, states, last, hiddenSize, null);
        for (Step step : steps) {
            features = step.apply(k, features);
        }
        Value x = k.truncate(features.vectors(), dimension);
        return normalized ? k.normalize(x) : x;
    }
}
