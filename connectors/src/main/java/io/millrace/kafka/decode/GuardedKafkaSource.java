package io.millrace.kafka.decode;

import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.java.typeutils.ResultTypeQueryable;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;

/**
 * Flink's Kafka source, where by itself it would wait for ever or read what nobody asked for:
 *
 * <ul>
 *   <li>A bounded read that goes on from a checkpoint ends ({@link KnownSplitsEnumerator}).
 *   <li>A topic that is no longer among the input topics is not read ({@link ChosenTopicsReader}).
 *   <li>A topic that is deleted fails the job ({@link WatchedEnumerator}).
 * </ul>
 *
 * <p>Its state is the source's own, so that either goes on from a checkpoint of the other.
 */
final class GuardedKafkaSource
        implements Source<DecodedRecord, KafkaPartitionSplit, KafkaSourceEnumState>,
                ResultTypeQueryable<DecodedRecord> {
    private static final long serialVersionUID = 1L;

    private final KafkaSource<DecodedRecord> source;
    private final List<String> topics;
    private final Properties adminConfig;

    /**
     * Around this source.
     *
     * @param topics that it reads
     * @param adminConfig for a client that sees whether they are there
     */
    GuardedKafkaSource(
            KafkaSource<DecodedRecord> source, List<String> topics, Properties adminConfig) {
        this.source = source;
        this.topics = topics;
        this.adminConfig = adminConfig;
    }

    @Override
    public Boundedness getBoundedness() {
        return source.getBoundedness();
    }

    @Override
    public SourceReader<DecodedRecord, KafkaPartitionSplit> createReader(
            SourceReaderContext context) throws Exception {
        return new ChosenTopicsReader<>(source.createReader(context), topics);
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> createEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context) {
        return watched(context, source.createEnumerator(context));
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> restoreEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context, KafkaSourceEnumState checkpoint)
            throws Exception {
        return watched(
                context,
                source.getBoundedness() == Boundedness.BOUNDED && knowsAllTopics(checkpoint)
                        ? new KnownSplitsEnumerator(context, checkpoint)
                        : source.restoreEnumerator(context, checkpoint));
    }

    /** Not when it was made before the first look at the topics, or when one has been added. */
    private boolean knowsAllTopics(KafkaSourceEnumState checkpoint) {
        Set<String> known =
                checkpoint.splits().stream()
                        .map(split -> split.split().getTopic())
                        .collect(Collectors.toSet());
        return checkpoint.initialDiscoveryFinished() && known.containsAll(topics);
    }

    private SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> watched(
            SplitEnumeratorContext<KafkaPartitionSplit> context,
            SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator) {
        return new WatchedEnumerator(context, enumerator, topics, adminConfig);
    }

    @Override
    public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
        return source.getSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<KafkaSourceEnumState> getEnumeratorCheckpointSerializer() {
        return source.getEnumeratorCheckpointSerializer();
    }

    @Override
    public TypeInformation<DecodedRecord> getProducedType() {
        return source.getProducedType();
    }
}
