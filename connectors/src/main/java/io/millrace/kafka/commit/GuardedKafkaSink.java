package io.millrace.kafka.commit;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Properties;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.CommitterInitContext;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.api.connector.sink2.SupportsWriterState;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.SupportsPostCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * Flink's Kafka sink, with a committer that fails the job where a transaction was lost. By itself
 * the sink counts it in a metric and goes on.
 *
 * @param <T> what is written
 */
public final class GuardedKafkaSink<T>
        implements Sink<T>,
                SupportsWriterState<T, KafkaWriterState>,
                SupportsCommitter<TimedCommittable>,
                SupportsPostCommitTopology<TimedCommittable> {
    private static final long serialVersionUID = 1L;

    private final KafkaSink<T> sink;
    private final String topic;
    private final Duration transactionTimeout;
    private final Properties adminConfig;

    /**
     * Around this sink.
     *
     * @param topic what it writes to, for messages
     * @param transactionTimeout after which the broker aborts a transaction
     * @param adminConfig for a client that closes what an aborted checkpoint left open
     */
    public GuardedKafkaSink(
            KafkaSink<T> sink, String topic, Duration transactionTimeout, Properties adminConfig) {
        this.sink = sink;
        this.topic = topic;
        this.transactionTimeout = transactionTimeout;
        this.adminConfig = adminConfig;
    }

    @Override
    public TimedWriter<T> createWriter(WriterInitContext context) throws IOException {
        return restoreWriter(context, List.of());
    }

    @Override
    public TimedWriter<T> restoreWriter(
            WriterInitContext context, Collection<KafkaWriterState> recoveredState)
            throws IOException {
        Clock clock = Clock.systemUTC();
        long now = clock.millis();
        // By its interface: the class that the sink declares to return is not public.
        TwoPhaseCommittingStatefulSink<T, KafkaWriterState, KafkaCommittable> twoPhase = sink;
        return new TimedWriter<>(
                twoPhase.restoreWriter(context, recoveredState), topic, clock, now);
    }

    @Override
    public Committer<TimedCommittable> createCommitter(CommitterInitContext context)
            throws IOException {
        return new GuardedCommitter(
                sink.createCommitter(context),
                topic,
                transactionTimeout,
                Clock.systemUTC(),
                new TransactionAborter(adminConfig));
    }

    @Override
    public SimpleVersionedSerializer<KafkaWriterState> getWriterStateSerializer() {
        return sink.getWriterStateSerializer();
    }

    @Override
    public SimpleVersionedSerializer<TimedCommittable> getCommittableSerializer() {
        return new TimedCommittable.Serializer(sink.getCommittableSerializer());
    }

    /** The sink looks at the topology only, never at a message. */
    @Override
    @SuppressWarnings({"unchecked", "rawtypes"})
    public void addPostCommitTopology(DataStream<CommittableMessage<TimedCommittable>> committed) {
        sink.addPostCommitTopology((DataStream) committed);
    }
}
