package io.millrace.model.arch;

import org.jspecify.annotations.Nullable;

/**
 * How the tokens of a text are mixed by their queries and keys. All take heads, {@code [B, h, S,
 * d]}, and give the heads side by side, {@code [B · S, h · d]}.
 */
sealed interface Mixing {
    /**
     * What tokens see of each other, for a whole batch.
     *
     * @param batch whose tokens they are
     * @param tokens one where there is a token, zero where padding. {@code [B, 1, S, 1]}
     * @param visible one where a token may look, zero where not. {@code [B, 1, 1 or S, S]}
     * @param bias added to scores: the mask, and maybe a bias by distance. {@code [B, 1 or h, 1 or
     *     S, S]}
     * @param rotation by which queries and keys are turned; null: not at all
     */
    record View(
            Batch batch, Value tokens, Value visible, Value bias, @Nullable Rotation rotation) {}

    /** {@code [B, h, S, d]} three times {@code → [B · S, h · d]} */
    Value mix(Kernels k, Value query, Value key, Value value, int width, View view);

    /**
     * A softmax of products: Vaswani et al. 2017, <a
     * href="https://arxiv.org/abs/1706.03762">Attention Is All You Need</a>.
     */
    record Softmax(float scale) implements Mixing {
        @Override
        public Value mix(Kernels k, Value query, Value key, Value value, int width, View view) {
            Value attention = k.attention(k.scores(query, key, scale, view.bias)); // [B, h, S, S]
            return k.context(attention, value, width);
        }
    }

    /**
     * Products of features: Katharopoulos et al. 2020, <a
     * href="https://arxiv.org/abs/2006.16236">Transformers are RNNs</a>.
     *
     * @param epsilon added to what is divided by
     */
    record Linear(float epsilon) implements Mixing {
        @Override
        public Value mix(Kernels k, Value query, Value key, Value value, int width, View view) {
            Value ofQuery = features(k, query);
            Value ofKey = features(k, key);
            return byFeatures(k, ofQuery, ofKey, value, epsilon, width, view);
        }

        private static Value features(Kernels k, Value x) {
            return k.plus(k.activate(x, Activation.ELU), 1);
        }
    }

    /**
     * Random features whose products are those of the softmax on average: Choromanski et al. 2020,
     * <a href="https://arxiv.org/abs/2009.14794">Rethinking Attention with Performers</a>; what is
     * subtracted in the exponents as in their <a
     * href="https://github.com/google-research/google-research/tree/master/performer">code</a>. The
     * factor {@code m^-½} is left out, as it cancels.
     *
     * @param directions {@code [m, d]}
     * @param scale of the products of query and key
     * @param epsilon added to each feature
     */
    record Performer(Weight directions, float scale, float epsilon) implements Mixing {
        private static final float HIDDEN = -1e30f;

        @Override
        public Value mix(Kernels k, Value query, Value key, Value value, int width, View view) {
            float root = (float) Math.sqrt(scale);
            Value q = k.scale(query, root);
            Value ofQuery = along(k, q); // [B, h, S, m]
            ofQuery = features(k, k.subtract(ofQuery, k.largest(ofQuery)), q);

            Value keys = k.scale(key, root);
            Value ofKey = k.add(along(k, keys), k.hide(view.tokens, HIDDEN)); // [B, h, S, m]
            if (!view.batch.causal()) {
                // Later keys would tell by it. Without it no exponent is more than ‖ω‖² / 2.
                ofKey = k.subtract(ofKey, k.largestOfMatrix(ofKey));
            }
            ofKey = k.multiply(features(k, ofKey, keys), view.tokens);
            return byFeatures(k, ofQuery, ofKey, value, 0, width, view);
        }

        private Value along(Kernels k, Value x) {
            return k.productTransposed(x, k.table(directions));
        }

        /** {@code exp(products - ‖x‖² / 2) + ε} */
        private Value features(Kernels k, Value products, Value x) {
            Value squares = k.sum(k.multiply(x, x)); // [B, h, S, 1]
            return k.plus(k.exp(k.subtract(products, k.scale(squares, 0.5f))), epsilon);
        }
    }

    /**
     * {@code φ(q) · Σ φ(k) vᵀ / (φ(q) · Σ φ(k) + ε)}, each sum over the tokens that are seen.
     * Features are {@code [B, h, S, m]}.
     */
    private static Value byFeatures(
            Kernels k,
            Value ofQuery,
            Value ofKey,
            Value value,
            float epsilon,
            int width,
            View view) {
        Value tokens = k.transpose(view.tokens); // [B, 1, 1, S]
        if (view.batch.causal()) {
            // The running sums of an encoder that has the whole text: products, then the mask.
            Value weights = // [B, h, S, S]
                    k.multiply(k.productTransposed(ofQuery, ofKey), view.visible);
            Value total = k.productTransposed(weights, tokens); // [B, h, S, 1]
            return k.merge(k.divide(k.product(weights, value), k.plus(total, epsilon)), width);
        }
        Value keys = k.multiply(ofKey, view.tokens);
        Value sums = k.product(k.transpose(keys), value); // [B, h, m, d]
        Value total = k.productTransposed(ofQuery, k.product(tokens, keys)); // [B, h, S, 1]
        return k.merge(k.divide(k.product(ofQuery, sums), k.plus(total, epsilon)), width);
    }

    /**
     * A softmax over positions that were made fewer: Wang et al. 2020, <a
     * href="https://arxiv.org/abs/2006.04768">Linformer</a>. Keys and values of padding are zeros
     * before, so that a text of fewer than n tokens is one of n with zeros at its end.
     *
     * @param ofKeys {@code [n, k]}, for each position its part of each sum
     * @param ofValues {@code [n, k]}
     * @param scale of the products of query and key
     */
    record Linformer(Weight ofKeys, Weight ofValues, float scale) implements Mixing {
        @Override
        public Value mix(Kernels k, Value query, Value key, Value value, int width, View view) {
            Value keys = fewer(k, key, ofKeys, view); // [B, h, d, k]
            Value values = fewer(k, value, ofValues, view);
            Value scores = k.scale(k.product(query, keys), scale); // [B, h, S, k]
            return k.merge(k.product(softmax(k, scores), k.transpose(values)), width);
        }

        /** Not the kernels', which is of tokens and may be looked at as such. */
        private static Value softmax(Kernels k, Value scores) {
            Value powers = k.exp(k.subtract(scores, k.largest(scores)));
            return k.divide(powers, k.sum(powers));
        }

        /** Columns of sums over positions. {@code [B, h, S, d] → [B, h, d, k]} */
        private static Value fewer(Kernels k, Value x, Weight parts, View view) {
            Value tokens = k.transpose(k.multiply(x, view.tokens)); // [B, h, d, S]
            return k.product(tokens, k.positions(parts, view.batch));
        }
    }
}
