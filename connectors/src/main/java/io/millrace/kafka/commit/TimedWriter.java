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
import org.apache.flink.util.ExceptionUtils;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The connector's writer; notes since when each transaction may be open. */
final class TimedWriter<T>
        implements StatefulSinkWriter<T, KafkaWriterState>,
                CommittingSinkWriter<T, TimedCommittable> {
    private static final Logger LOG = LoggerFactory.getLogger(TimedWriter.class);

    private final PrecommittingStatefulSinkWriter<T, KafkaWriterState, KafkaCommittable> writer;
    private final String topic;
    private final Clock clock;
    private long openedAtMillis;

    /**
     * Around this writer.
     *
     * @param topic what it writes to, for messages
     * @param openedAtMillis from before it was made: it opens its first transaction then
     */
    TimedWriter(
            PrecommittingStatefulSinkWriter<T, KafkaWriterState, KafkaCommittable> writer,
            String topic,
            Clock clock,
            long openedAtMillis) {
        this.writer = writer;
        this.topic = topic;
        this.clock = clock;
        this.openedAtMillis = openedAtMillis;
    }

    @Override
    public void write(T element, Context context) throws IOException, InterruptedException {
        try {
            writer.write(element, context);
        } catch (IOException | KafkaException e) {
            throw explained(e);
        }
    }

    @Override
    public void flush(boolean endOfInput) throws IOException, InterruptedException {
        try {
            writer.flush(endOfInput);
        } catch (IOException | KafkaException e) {
            throw explained(e);
        }
    }

    private IOException explained(Exception failure) {
        boolean fenced =
                ExceptionUtils.findThrowable(failure, ProducerFencedException.class).isPresent()
                        || ExceptionUtils.findThrowable(
                                        failure, InvalidProducerEpochException.class)
                                .isPresent();
        if (fenced) {
            return new IOException(
                    ("Topic %s: the transactional id is another producer's by now. Either another job has the same"
                                    + " transactional-id-prefix, or a transaction was open for longer than"
                                    + " transaction-timeout.")
                            .formatted(topic),
                    failure);
        }
        return failure instanceof IOException io ? io : new IOException(failure);
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

    /**
     * Whatever goes wrong here is told in the log only. All records have been flushed by now, or
     * the task fails and will write them again; but an exception thrown while a failed task is
     * cleaned up ends its TaskManager. The connector throws here each answer of the broker that
     * came after the first failed one.
     */
    @Override
    public void close() {
        Closing.close(writer, LOG, topic);
    }
}
