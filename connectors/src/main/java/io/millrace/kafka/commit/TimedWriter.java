package io.millrace.kafka.commit;

import java.io.IOException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.sink2.CommittingSinkWriter;
import org.apache.flink.api.connector.sink2.StatefulSinkWriter;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink.PrecommittingStatefulSinkWriter;

/** The connector's writer; notes since when each transaction may be open. */
final class TimedWriter<T>
        implements StatefulSinkWriter<T, KafkaWriterState>,
                CommittingSinkWriter<T, TimedCommittable> {
    private final PrecommittingStatefulSinkWriter<T, KafkaWriterState, KafkaCommittable> writer;
    private final Clock clock;
    private long openedAtMillis;

    /**
     * Around this writer.
     *
     * @param openedAtMillis from before it was made: it opens its first transaction then
     */
    TimedWriter(
            PrecommittingStatefulSinkWriter<T, KafkaWriterState, KafkaCommittable> writer,
            Clock clock,
            long openedAtMillis) {
        this.writer = writer;
        this.clock = clock;
        this.openedAtMillis = openedAtMillis;
    }

    @Override
    public void write(T element, Context context) throws IOException, InterruptedException {
        writer.write(element, context);
    }

    @Override
    public void flush(boolean endOfInput) throws IOException, InterruptedException {
        writer.flush(endOfInput);
    }

    @Override
    public Collection<TimedCommittable> prepareCommit() throws IOException, InterruptedException {
        return writer.prepareCommit().stream()
                .map(committable -> new TimedCommittable(committable, openedAtMillis))
                .toList();
    }

    /** The connector opens the next transaction here. */
    @Override
    public List<KafkaWriterState> snapshotState(long checkpointId) throws IOException {
        openedAtMillis = clock.millis();
        return writer.snapshotState(checkpointId);
    }

    @Override
    public void writeWatermark(Watermark watermark) throws IOException, InterruptedException {
        writer.writeWatermark(watermark);
    }

    @Override
    public void close() throws Exception {
        writer.close();
    }
}
