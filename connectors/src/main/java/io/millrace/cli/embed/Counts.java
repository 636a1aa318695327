package io.millrace.cli.embed;

/** What has been done so far. */
record Counts(long records, long refused, long tokens, long truncated) {
    static final Counts NONE = new Counts(0, 0, 0, 0);

    Counts plus(Outcome outcome) {
        if (outcome instanceof Outcome.Embedded embedded) {
            return new Counts(
                    records + 1,
                    refused,
                    tokens + embedded.tokens(),
                    truncated + (embedded.truncated() ? 1 : 0));
        }
        return new Counts(records + 1, refused + 1, tokens, truncated);
    }
}
