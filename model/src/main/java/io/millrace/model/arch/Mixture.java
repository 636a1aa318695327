package io.millrace.model.arch;

import java.util.List;

/**
 * Several feed-forward parts, of which each token uses the few that a router gives most to.
 *
 * <p>Shazeer et al. 2017, <a href="https://arxiv.org/abs/1701.06538">Outrageously Large Neural
 * Networks</a>. Shares are not made up for the experts that were not chosen. Every expert is
 * computed for every token, and what was not chosen counts nothing: with 2 of 8 experts that is
 * four times the work of these layers, but no token's result depends on which others share its
 * batch.
 *
 * @param router {@code [H → experts]}
 * @param chosen how many experts a token uses
 * @param experts each with a narrow layer
 * @param bias {@code [H]}, added to the sum
 */
record Mixture(Linear router, int chosen, List<FeedForward> experts, Weight bias) {
    /** {@code [B · S, H] → [B · S, H]} */
    Value apply(Kernels k, Value x) {
        Value likes = k.softmax(k.dense(x, router, Activation.IDENTITY)); // [B · S, experts]
        Value shares = k.largest(likes, chosen);
        Value sum = k.table(bias);
        for (int i = 0; i < experts.size(); i++) {
            FeedForward expert = experts.get(i);
            Value result =
                    k.dense(
                            expert.hidden(k, x),
                            expert.narrow(),
                            Activation.IDENTITY); // [B · S, H]
            sum = k.add(k.multiply(result, k.column(shares, i)), sum);
        }
        return sum;
    }
}
