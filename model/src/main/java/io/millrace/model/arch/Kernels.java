package io.millrace.model.arch;

import java.util.List;

/**
 * The operations that encoders are made of. B: rows of the batch, S: tokens of each row, H: hidden
 * size, h: heads, d = H / h.
 *
 * <p>Between layers, tokens are rows of one matrix {@code [B · S, H]}: the form in which dense
 * layers are fastest. Only attention and pooling look at rows of the batch.
 */
public interface Kernels {
    // Embeddings

    /** Rows of a table. {@code [V, H], [B, S] → [B, S, H]} */
    Value lookup(Weight table, Value ids);

    /** One row of a table. {@code [V, H] → [H]} */
    Value row(Weight table, int index);

    /** The first S rows of a table. {@code [P, H] → [S, H]} */
    Value positions(Weight table, Batch batch);

    /** Tokens as rows of one matrix. {@code [B, S, H] → [B · S, H]} */
    Value flatten(Value tokens, int hidden);

    /** Tokens by row of the batch again. {@code [B · S, H] → [B, S, H]} */
    Value unflatten(Value tokens, int hidden, Batch batch);

    // Layers

    /** {@code activation(x · Wᵀ + b)}. {@code [N, in] → [N, out]} */
    Value dense(Value x, Linear linear, Activation activation);

    /** {@code x · Wᵀ + b + residual}. {@code [N, in], [N, out] → [N, out]} */
    Value denseAdd(Value x, Linear linear, Value residual);

    /** Zero mean and unit variance of each row, then scale and offset. {@code [N, H] → [N, H]} */
    Value layerNorm(Value x, Norm norm);

    // Attention

    /**
     * Several projections of the same tokens, cut into heads. {@code [B · S, H] → [B, h, S, d]}
     * each
     */
    List<Value> heads(Value x, List<Linear> projections, int heads, int headSize, Batch batch);

    /**
     * Zero where a token may attend, a large negative number where not. {@code [B, 1, 1 or S, S]}
     */
    Value attentionBias(Batch batch);

    /** {@code scale · q · kᵀ + bias}. {@code [B, h, S, d] → [B, h, S, S]} */
    Value scores(Value query, Value key, float scale, Value bias);

    /** Softmax over the last axis. */
    Value softmax(Value x);

    /** Heads' values by attention, side by side again. {@code [B, h, S, S] → [B · S, H]} */
    Value context(Value attention, Value value, int hidden);

    // Pooling

    /** One where a position holds a token, zero where padding. {@code [B, S, 1]} */
    Value tokenMask(Batch batch);

    /** One for the first position, two for the second, … {@code [S, 1]} */
    Value ordinals(Batch batch);

    /** The first position of each row. {@code [B, S, H] → [B, H]} */
    Value first(Value tokens);

    /** The last position of each row that holds a token. {@code [B, S, H] → [B, H]} */
    Value last(Value tokens, Batch batch);

    /** The largest of each component over positions where the mask is one. */
    Value maxWhere(Value tokens, Value mask);

    /** Sum over positions, each by its weight. {@code [B, S, H], [B, S, 1] → [B, H]} */
    Value weightedSum(Value tokens, Value weights);

    /** Sum of the weights. {@code [B, S, 1] → [B, 1]} */
    Value total(Value weights);

    /**
     * {@code activation(x · Wᵀ + b)}, each row by itself: the library takes another algorithm, with
     * other last bits, for a matrix of few rows than for one of many, and here the rows are texts.
     * {@code [B, in] → [B, out]}
     */
    Value denseByRow(Value x, Linear linear, Activation activation);

    /** {@code x / max(‖x‖₂, 1e-12)} of each row. {@code [B, D] → [B, D]} */
    Value normalize(Value x);

    /** Values side by side. {@code [B, D₁], [B, D₂], … → [B, D₁ + D₂ + …]} */
    Value concat(List<Value> values);

    /** The first components of each row. {@code [B, D] → [B, size]} */
    Value truncate(Value x, int size);

    // Element by element

    Value add(Value a, Value b);

    Value multiply(Value a, Value b);

    Value divide(Value a, Value b);

    Value sqrt(Value x);
}
