package io.millrace.flink.testing;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * Counts how often each number arrived, in Flink's state: after a failure it counts on from the
 * last checkpoint, as a transactional sink would. So a lost number is missing and one that came
 * twice counts two. The counts are published when the input ends.
 */
@SuppressWarnings({
    "NullAway.Init", // Flink calls initializeState() before any record
    "serial" // its fields are made in the task
})
public final class Ledger extends AbstractStreamOperator<Void>
        implements OneInputStreamOperator<Long, Void>, BoundedOneInput {
    // Written once a job, under the job's own name, and taken by its test.
    private static final Map<String, Map<Long, Integer>> PUBLISHED = new ConcurrentHashMap<>();

    private final String name;
    private transient ListState<Tuple2<Long, Integer>> state;
    private transient Map<Long, Integer> counts;

    public Ledger(String name) {
        this.name = name;
    }

    /** The counts of a job that has ended. */
    public static Map<Long, Integer> take(String name) {
        Map<Long, Integer> counts = PUBLISHED.remove(name);
        if (counts == null) {
            throw new IllegalStateException("Ledger " + name + ": nothing was published");
        }
        return counts;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        state =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>(
                                        "counts", Types.TUPLE(Types.LONG, Types.INT)));
        counts = new TreeMap<>();
        for (Tuple2<Long, Integer> count : state.get()) {
            counts.put(count.f0, count.f1);
        }
    }

    @Override
    public void processElement(StreamRecord<Long> element) {
        counts.merge(element.getValue(), 1, Integer::sum);
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        state.update(
                counts.entrySet().stream()
                        .map(count -> Tuple2.of(count.getKey(), count.getValue()))
                        .toList());
    }

    @Override
    public void endInput() {
        PUBLISHED.put(name, Map.copyOf(counts));
    }
}
