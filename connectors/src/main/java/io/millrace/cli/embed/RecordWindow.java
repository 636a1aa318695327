package io.millrace.cli.embed;

import io.millrace.cli.read.InputRecord;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/** Records that are encoded together, and what became of each. */
final class RecordWindow {
    private final List<InputRecord> records;
    private final Outcome[] outcomes;
    private final byte[][] lines;
    private List<Future<?>> batches = List.of();

    RecordWindow(List<InputRecord> records) {
        this.records = records;
        this.outcomes = new Outcome[records.size()];
        this.lines = new byte[records.size()][];
    }

    int size() {
        return records.size();
    }

    InputRecord record(int index) {
        return records.get(index);
    }

    /** Called once for each record, by whichever thread has its outcome. */
    void settle(int index, Outcome outcome) {
        outcomes[index] = outcome;
        lines[index] = OutputLine.render(records.get(index), outcome);
    }

    /** Every record is settled already, or will be by one of these. */
    void sent(List<Future<?>> batches) {
        this.batches = batches;
    }

    /** Waits until every record has its outcome. */
    void await() throws InterruptedException {
        await(batches);
    }

    Outcome outcome(int index) {
        return outcomes[index];
    }

    /** The rendered line, its end included. */
    byte[] line(int index) {
        return lines[index];
    }

    static void await(List<Future<?>> tasks) throws InterruptedException {
        for (Future<?> task : tasks) {
            try {
                task.get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException unexpected) {
                    throw unexpected;
                }
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw new IllegalStateException(e.getCause());
            }
        }
    }
}
