package io.millrace.cli.local;

import io.millrace.cli.shell.RootCause;
import java.util.List;

/** Why a job or a task of it failed, in one line. */
public final class FailureCause {
    /** What a broker answers a producer whose transactional id is another's by now. */
    private static final List<String> FENCED =
            List.of("ProducerFencedException", "InvalidProducerEpochException");

    private FailureCause() {}

    /** The innermost cause, and what it means where that cannot be seen from it. */
    public static String of(Throwable failure) {
        String cause = RootCause.of(failure);
        return FENCED.stream().anyMatch(cause::contains)
                ? cause
                        + " Another job has the same --transactional-id-prefix, or a transaction was"
                        + " open for longer than --transaction-timeout."
                : cause;
    }
}
