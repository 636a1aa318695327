package io.millrace.kafka.decode;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.jspecify.annotations.Nullable;

/**
 * Goes on with a bounded read from a checkpoint: which partitions are read, and to which offsets,
 * was settled when it began, and their splits carry it. Nothing is looked for anew, so every reader
 * is told at once that no more splits come, and the read ends where it was to end.
 *
 * <p>The connector's own enumerator tells the readers only when it finds new partitions, and after
 * a restore it finds none: readers would wait for ever (FLINK-31006).
 */
final class KnownSplitsEnumerator
        implements SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> {
    private final SplitEnumeratorContext<KafkaPartitionSplit> context;
    private final Set<KafkaPartitionSplit> assigned;
    private final Set<KafkaPartitionSplit> unassigned;

    KnownSplitsEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState checkpoint) {
        this.context = context;
        this.assigned = new HashSet<>(checkpoint.assignedSplits());
        this.unassigned = new HashSet<>(checkpoint.unassignedSplits());
    }

    @Override
    public void start() {}

    @Override
    public void handleSplitRequest(int subtask, @Nullable String hostname) {}

    @Override
    public void addReader(int subtask) {
        List<KafkaPartitionSplit> splits =
                unassigned.stream().filter(split -> owner(split) == subtask).toList();
        if (!splits.isEmpty()) {
            splits.forEach(unassigned::remove);
            assigned.addAll(splits);
            context.assignSplits(new SplitsAssignment<>(Map.of(subtask, splits)));
        }
        context.signalNoMoreSplits(subtask);
    }

    /** Every split has one owner for good: other readers may have ended by now. */
    private int owner(KafkaPartitionSplit split) {
        return Math.floorMod(split.getTopicPartition().hashCode(), context.currentParallelism());
    }

    @Override
    public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {
        splits.forEach(assigned::remove);
        unassigned.addAll(splits);
        if (context.registeredReaders().containsKey(subtask)) {
            addReader(subtask);
        }
    }

    @Override
    public KafkaSourceEnumState snapshotState(long checkpointId) {
        return new KafkaSourceEnumState(assigned, unassigned, true);
    }

    @Override
    public void close() throws IOException {}
}
