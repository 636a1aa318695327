package io.millrace.flink.batch;

/**
 * Most padded tokens in one batch. Running out of memory halves it, down to a floor; it never grows
 * again, so that a job that found its size keeps it until its next start.
 */
public final class TokenBudget {
    private final int floor;
    private int tokens;

    /**
     * @param tokens the budget to begin with
     * @param floor where halving ends; a lower budget to begin with is its own floor
     */
    public TokenBudget(int tokens, int floor) {
        this.tokens = tokens;
        this.floor = Math.min(tokens, floor);
    }

    public int tokens() {
        return tokens;
    }

    /**
     * Halves the budget, unless that has happened since this batch was cut: several batches in
     * flight may run out of memory for one and the same reason.
     *
     * @return whether the budget is smaller now
     */
    public boolean halve(Batch<?> outOfMemory) {
        int halved = Math.max(floor, tokens / 2);
        if (outOfMemory.tokenBudget() > tokens || halved == tokens) {
            return false;
        }
        tokens = halved;
        return true;
    }
}
