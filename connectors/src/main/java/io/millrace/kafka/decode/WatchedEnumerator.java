package io.millrace.kafka.decode;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks now and then whether the topics are there, and fails the job where one is not: Kafka's
 * consumer waits in silence for a topic that was deleted.
 */
final class WatchedEnumerator
        implements SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> {
    private static final Logger LOG = LoggerFactory.getLogger(WatchedEnumerator.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

    private final SplitEnumeratorContext<KafkaPartitionSplit> context;
    private final SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator;
    private final List<String> topics;
    private final Admin admin;

    WatchedEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context,
            SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator,
            List<String> topics,
            Properties adminConfig) {
        this.context = context;
        this.enumerator = enumerator;
        this.topics = topics;
        this.admin = Admin.create(adminConfig);
    }

    @Override
    public void start() {
        // The first look comes before that of the enumerator, whose message names no topic.
        context.callAsync(this::gone, WatchedEnumerator::requireNone, 0, BETWEEN_LOOKS.toMillis());
        enumerator.start();
    }

    /** On the enumerators' thread for requests. */
    private List<String> gone() throws InterruptedException {
        List<String> gone = new ArrayList<>();
        for (var answer : admin.describeTopics(topics).topicNameValues().entrySet()) {
            try {
                answer.getValue().get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                    gone.add(answer.getKey());
                } else {
                    // A broker that does not answer says nothing about its topics.
                    LOG.debug("Not known whether {} is there", answer.getKey(), e);
                }
            }
        }
        return gone;
    }

    private static void requireNone(@Nullable List<String> gone, @Nullable Throwable failure) {
        if (failure != null) {
            // Interrupted, since this is being closed.
            LOG.debug("Did not look for the input topics", failure);
        } else if (gone != null && !gone.isEmpty()) {
            throw new FlinkRuntimeException(
                    "Option 'input-topic': %s is no longer there. It was deleted while it was read: create it again, or leave it out."
                            .formatted(String.join(", ", gone)));
        }
    }

    @Override
    public void handleSplitRequest(int subtask, @Nullable String hostname) {
        enumerator.handleSplitRequest(subtask, hostname);
    }

    @Override
    public void handleSourceEvent(int subtask, SourceEvent event) {
        enumerator.handleSourceEvent(subtask, event);
    }

    @Override
    public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {
        enumerator.addSplitsBack(splits, subtask);
    }

    @Override
    public void addReader(int subtask) {
        enumerator.addReader(subtask);
    }

    @Override
    public KafkaSourceEnumState snapshotState(long checkpointId) throws Exception {
        return enumerator.snapshotState(checkpointId);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        enumerator.notifyCheckpointComplete(checkpointId);
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
        enumerator.notifyCheckpointAborted(checkpointId);
    }

    @Override
    public void close() throws IOException {
        admin.close(Duration.ZERO);
        enumerator.close();
    }
}
