package io.millrace.kafka.decode;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the splits of some topics. A checkpoint may hold splits of others, which were among the
 * input topics when it was made: these are not read, and stay in the state as they are, so that a
 * topic that is named again goes on where it was left.
 *
 * @param <T> what a record is read as
 */
final class ChosenTopicsReader<T> implements SourceReader<T, KafkaPartitionSplit> {
    private static final Logger LOG = LoggerFactory.getLogger(ChosenTopicsReader.class);

    private final SourceReader<T, KafkaPartitionSplit> reader;
    private final List<String> topics;
    private final List<KafkaPartitionSplit> kept = new ArrayList<>();

    ChosenTopicsReader(SourceReader<T, KafkaPartitionSplit> reader, List<String> topics) {
        this.reader = reader;
        this.topics = topics;
    }

    @Override
    public void addSplits(List<KafkaPartitionSplit> splits) {
        List<KafkaPartitionSplit> chosen = new ArrayList<>();
        for (KafkaPartitionSplit split : splits) {
            if (topics.contains(split.getTopic())) {
                chosen.add(split);
            } else {
                LOG.warn(
                        "{} is in the state and no longer among the input topics: it is not read."
                                + " Named again, it goes on at offset {}.",
                        split.getTopicPartition(),
                        split.getStartingOffset());
                kept.add(split);
            }
        }
        if (!chosen.isEmpty()) {
            reader.addSplits(chosen);
        }
    }

    @Override
    public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
        List<KafkaPartitionSplit> splits = new ArrayList<>(reader.snapshotState(checkpointId));
        splits.addAll(kept);
        return splits;
    }

    @Override
    public void start() {
        reader.start();
    }

    @Override
    public InputStatus pollNext(ReaderOutput<T> output) throws Exception {
        return reader.pollNext(output);
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        return reader.isAvailable();
    }

    @Override
    public void notifyNoMoreSplits() {
        reader.notifyNoMoreSplits();
    }

    @Override
    public void handleSourceEvents(SourceEvent event) {
        reader.handleSourceEvents(event);
    }

    @Override
    public void pauseOrResumeSplits(Collection<String> toPause, Collection<String> toResume) {
        reader.pauseOrResumeSplits(toPause, toResume);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        reader.notifyCheckpointComplete(checkpointId);
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
        reader.notifyCheckpointAborted(checkpointId);
    }

    @Override
    public void close() throws Exception {
        reader.close();
    }
}
