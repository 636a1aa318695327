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

    /** A table itself. {@code [V, H]} */
    Value table(Weight table);

    /** One row of a table. {@code [V, H] → [H]} */
    Value row(Weight table, int index);

    /** The first S rows of a table. {@code [P, H] → [S, H]} */
    Value positions(Weight table, Batch batch);

    /**
     * Positions counted as fairseq does: the first token that is not padding has {@code padding +
     * 1}, the next one more; padding has {@code padding}, wherever it is. {@code [B, S]}
     */
    Value countedPositions(int padding, Batch batch);

    /** {@code x · factor} */
    Value scale(Value x, float factor);

    /** Tokens as rows of one matrix. {@code [B, S, H] → [B · S, H]} */
    Value flatten(Value tokens, int hidden);

    /** Tokens by row of the batch again. {@code [B · S, H] → [B, S, H]} */
    Value unflatten(Value tokens, int hidden, Batch batch);

    // Layers

    /** {@code activation(x · Wᵀ + b)}. {@code [N, in] → [N, out]} */
    Value dense(Value x, Linear linear, Activation activation);

    /** {@code x · Wᵀ + b + residual}. {@code [N, in], [N, out] → [N, out]} */
    Value denseAdd(Value x, Linear linear, Value residual);

    /** Several dense layers on the same input. {@code [N, in] → [N, outᵢ]} each */
    List<Value> dense(Value x, List<Linear> linears);

    /**
     * Several dense layers on the same input, what comes out cut into heads. {@code [B · S, in] →
     * [B, hᵢ, S, d]} each
     */
    List<Value> denseHeads(Value x, List<Linear> linears, int headSize, Batch batch);

    /** {@code activation(gate(x)) · up(x)}. {@code [N, in] → [N, out]} */
    Value gated(Value x, Linear gate, Linear up, Activation activation);

    /** Each row, or the last axis of anything, normalised, then scale and offset. */
    Value norm(Value x, Norm norm);

    // Attention

    /** A projection cut into heads. {@code [B · S, h · d] → [B, h, S, d]} */
    Value heads(Value x, int heads, int headSize, Batch batch);

    /** A projected table cut into heads. {@code [R, h · d] → [1, h, R, d]} */
    Value tableHeads(Value x, int heads, int headSize);

    /** Each head so many times, one after the other. {@code [B, h, S, d] → [B, h · times, S, d]} */
    Value repeatHeads(Value heads, int times);

    /** The angles of a batch's positions, to be made once and used in every layer. */
    Rotation rotation(Rope rope, Batch batch);

    /** Heads turned by their positions. {@code [B, h, S, d] → [B, h, S, d]} */
    Value rotate(Value heads, Rotation rotation);

    /**
     * Zero where a token may attend, a large negative number where not. {@code [B, 1, 1 or S, S]}
     */
    Value attentionBias(Batch batch, Window window);

    /**
     * One where a token may attend, zero where not. {@code [B, 1, 1 or S, S]}
     *
     * <p>Where a pattern hides anything, padding sees every token: no row is without any.
     */
    Value visible(Batch batch, Pattern pattern);

    /** Zero where something may be seen, a value where not. */
    Value hide(Value visible, float value);

    /**
     * A number for each head and distance, learned.
     *
     * @param table {@code [R, h]}
     * @param rows the row of the table for each distance of key from query, from {@code -reach} to
     *     {@code reach}; what is further counts as that far
     * @return {@code [1, h, S, S]}
     */
    Value distanceBias(Weight table, int[] rows, Batch batch);

    /** {@code -slope · |i - j|} for each head. {@code [1, h, S, S]} */
    Value linearBias(float[] slopes, Batch batch);

    /**
     * Picks by distance what was computed for every row of a table of distances.
     *
     * @param products {@code [B, h, S, R]}, for each position
     * @param columns the column for each distance of the other from this, from {@code -reach} to
     *     {@code reach}; what is further counts as that far
     * @return {@code [B, h, S, S]}
     */
    Value byDistance(Value products, int[] columns, Batch batch);

    /** {@code scale · q · kᵀ + bias}. {@code [B, h, S, d] → [B, h, S, S]} */
    Value scores(Value query, Value key, float scale, Value bias);

    /** What each token attends to: softmax of the scores. {@code [B, h, S, S]} */
    Value attention(Value scores);

    /** Softmax over the last axis. */
    Value softmax(Value x);

    /** Heads' values by attention, side by side again. {@code [B, h, S, S] → [B · S, h · d]} */
    Value context(Value attention, Value value, int width);

    /** The last two axes exchanged. {@code [B, h, m, n] → [B, h, n, m]} */
    Value transpose(Value x);

    /** Products of matrices. {@code […, m, k], […, k, n] → […, m, n]} */
    Value product(Value a, Value b);

    /** Heads side by side again. {@code [B, h, S, d] → [B · S, h · d]} */
    Value merge(Value heads, int width);

    /** Products of matrices, {@code a · bᵀ}. {@code […, m, k], […, n, k] → […, m, n]} */
    Value productTransposed(Value a, Value b);

    /**
     * Each position's vector with those around it, zeros beyond the ends. {@code [B, S, H] → [B, S,
     * width · H]}
     *
     * @param width odd
     */
    Value neighbours(Value tokens, int width, Batch batch);

    /** The largest of each row, zero for all others. {@code [N, M] → [N, M]} */
    Value largest(Value x, int count);

    /** One column. {@code [N, M] → [N, 1]} */
    Value column(Value x, int index);

    /** An activation by itself. */
    Value activate(Value x, Activation activation);

    // Pooling

    /** One where a position holds a token, zero where padding. {@code [B, S, 1]} */
    default Value tokenMask(Batch batch) {
        return tokenMask(0, batch);
    }

    /** One where a position from this on holds a token, otherwise zero. {@code [B, S, 1]} */
    Value tokenMask(int from, Batch batch);

    /** One for the first position, two for the second, … {@code [S, 1]} */
    Value ordinals(Batch batch);

    /**
     * This position of each row, the very first where it holds no token. {@code [B, S, H] → [B, H]}
     */
    Value first(Value tokens, int from, Batch batch);

    /**
     * The last position of each row that holds a token, zeros where that is before this one. {@code
     * [B, S, H] → [B, H]}
     */
    Value last(Value tokens, int from, Batch batch);

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

    /** {@code Σ weightᵢ · xᵢ / Σ weightᵢ} */
    Value weightedMean(List<Value> values, Weight weights);

    /** Values side by side. {@code [B, D₁], [B, D₂], … → [B, D₁ + D₂ + …]} */
    Value concat(List<Value> values);

    /** The first components of each row. {@code [B, D] → [B, size]} */
    Value truncate(Value x, int size);

    // Along the last axis, which stays with one component

    /** {@code […, d] → […, 1]} */
    Value sum(Value x);

    /** The largest of each row. {@code […, d] → […, 1]} */
    Value largest(Value x);

    /** The largest of each matrix. {@code […, m, n] → […, 1, 1]} */
    Value largestOfMatrix(Value x);

    // Element by element

    Value add(Value a, Value b);

    /** {@code x + summand} */
    Value plus(Value x, float summand);

    Value subtract(Value a, Value b);

    Value multiply(Value a, Value b);

    Value divide(Value a, Value b);

    Value sqrt(Value x);

    /** {@code max(x, least)} */
    Value atLeast(Value x, float least);

    Value exp(Value x);
}
