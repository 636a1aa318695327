package io.millrace.kafka.emit;

import io.millrace.flink.record.Header;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.TextRecord;
import io.millrace.kafka.check.TopicRules;
import io.millrace.kafka.check.UnusableKafkaException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/**
 * Rejected records to dead letters: key and value byte for byte, the headers, and after them the
 * reason under the names that Kafka Connect gives its own dead letters. Those are never trusted
 * where a record brings them along.
 *
 * <p>What the topic would refuse is adjusted, since a dead letter has nowhere else to go, and a
 * header says what: a record that is too large with the reason added goes without its value and,
 * where that is not enough, without headers and key; one whose time is outside the topic's window
 * has the time of now; one without a key, where the topic has become a compacted one, has its
 * origin for a key. Topic, partition and offset tell where all of it is.
 */
public final class DeadLetterFunction extends ProcessFunction<RejectedRecord, OutputRecord> {
    private static final long serialVersionUID = 1L;

    /** As in Connect's DeadLetterQueueReporter. */
    static final String CONNECT = "__connect.errors.";

    static final String TOPIC = CONNECT + "topic";
    static final String PARTITION = CONNECT + "partition";
    static final String OFFSET = CONNECT + "offset";
    static final String CONNECTOR_NAME = CONNECT + "connector.name";
    static final String TASK_ID = CONNECT + "task.id";
    static final String STAGE = CONNECT + "stage";
    static final String EXCEPTION_CLASS_NAME = CONNECT + "exception.class.name";
    static final String EXCEPTION_MESSAGE = CONNECT + "exception.message";

    /** What was left out for the letter's size. */
    static final String OMITTED = "millrace.omitted";

    /** The record's own time, where the letter has another. */
    static final String TIMESTAMP = "millrace.timestamp";

    private static final Set<String> OURS = Set.of(OMITTED, TIMESTAMP);
    private static final int MAX_MESSAGE_LENGTH = 2000;

    private final String connectorName;
    private final int maxRecordBytes;
    private final TopicRules.Source rulesSource;
    private transient TopicRules rules;

    /**
     * Writes letters no larger than this.
     *
     * @param connectorName what the job is called in them
     * @param rulesSource what the topic asks of records, read whenever the task starts
     */
    @SuppressWarnings("NullAway.Init") // the rules are read where the job runs, in open()
    public DeadLetterFunction(
            String connectorName, int maxRecordBytes, TopicRules.Source rulesSource) {
        this.connectorName = connectorName;
        this.maxRecordBytes = maxRecordBytes;
        this.rulesSource = rulesSource;
    }

    @Override
    public void open(OpenContext context) throws UnusableKafkaException {
        rules = rulesSource.read();
    }

    @Override
    public void processElement(
            RejectedRecord rejected, Context context, Collector<OutputRecord> out) {
        int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
        out.collect(letter(rejected, OutputRecord.timestamp(context.timestamp()), subtask));
    }

    OutputRecord letter(RejectedRecord rejected, @Nullable Long read, int subtask) {
        TextRecord source = rejected.source();
        boolean inTime = rules.refusalOfTime(read, System.currentTimeMillis()) == null;
        Long timestamp = inTime ? read : null;
        Headers reason = reason(source.headers(), rejected, subtask);
        Headers bareReason = reason(List.of(), rejected, subtask);
        if (read != null && !inTime) {
            reason.add(TIMESTAMP, read);
            bareReason.add(TIMESTAMP, read);
        }
        OutputRecord whole =
                new OutputRecord(
                        keyOrOrigin(source.key(), source),
                        source.value(),
                        reason.list(),
                        timestamp);
        if (fits(whole)) {
            return whole;
        }
        OutputRecord withoutValue =
                new OutputRecord(whole.key(), null, reason.add(OMITTED, "value").list(), timestamp);
        if (fits(withoutValue)) {
            return withoutValue;
        }
        return new OutputRecord(
                keyOrOrigin(null, source),
                null,
                bareReason.add(OMITTED, "key, value, headers").list(),
                timestamp);
    }

    private boolean fits(OutputRecord letter) {
        return rules.refusalOfSize(letter.sizeAtMost(), maxRecordBytes) == null;
    }

    private byte @Nullable [] keyOrOrigin(byte @Nullable [] key, TextRecord source) {
        return rules.refusalOfKey(key) == null
                ? key
                : source.origin().toString().getBytes(StandardCharsets.UTF_8);
    }

    private Headers reason(List<Header> passing, RejectedRecord rejected, int subtask) {
        TextRecord source = rejected.source();
        return new Headers(passing, name -> name.startsWith(CONNECT) || OURS.contains(name))
                .add(TOPIC, source.origin().topic())
                .add(PARTITION, source.origin().partition())
                .add(OFFSET, source.origin().offset())
                .add(CONNECTOR_NAME, connectorName)
                .add(TASK_ID, subtask)
                .add(STAGE, rejected.stage())
                .add(EXCEPTION_CLASS_NAME, rejected.errorClass())
                .add(EXCEPTION_MESSAGE, shortened(rejected.reason()));
    }

    /** A letter without its value must fit, whatever an exception has to say. */
    private static String shortened(String message) {
        return message.length() <= MAX_MESSAGE_LENGTH
                ? message
                : message.substring(0, MAX_MESSAGE_LENGTH) + "...";
    }
}
