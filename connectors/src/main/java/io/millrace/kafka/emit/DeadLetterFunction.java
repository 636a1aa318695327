package io.millrace.kafka.emit;

import io.millrace.flink.record.Header;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.TextRecord;
import java.util.List;
import org.apache.flink.api.common.functions.RichMapFunction;

/**
 * Rejected records to dead letters: key and value byte for byte, the headers, and after them the
 * reason under the names that Kafka Connect gives its own dead letters. Those are never trusted
 * where a record brings them along.
 *
 * <p>A record that is too large with the reason added goes without its value and, where that is not
 * enough, without headers and key; a header says what is missing. Topic, partition and offset tell
 * where all of it is.
 */
public final class DeadLetterFunction extends RichMapFunction<RejectedRecord, OutputRecord> {
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

    private static final int MAX_MESSAGE_LENGTH = 2000;

    private final String connectorName;
    private final int maxRecordBytes;

    /**
     * Writes letters no larger than this.
     *
     * @param connectorName what the job is called in them
     */
    public DeadLetterFunction(String connectorName, int maxRecordBytes) {
        this.connectorName = connectorName;
        this.maxRecordBytes = maxRecordBytes;
    }

    @Override
    public OutputRecord map(RejectedRecord rejected) {
        return letter(rejected, getRuntimeContext().getTaskInfo().getIndexOfThisSubtask());
    }

    OutputRecord letter(RejectedRecord rejected, int subtask) {
        TextRecord source = rejected.source();
        OutputRecord whole =
                new OutputRecord(
                        source.key(),
                        source.value(),
                        reason(source.headers(), rejected, subtask).list());
        if (whole.sizeAtMost() <= maxRecordBytes) {
            return whole;
        }
        OutputRecord withoutValue =
                new OutputRecord(
                        source.key(),
                        null,
                        reason(source.headers(), rejected, subtask).add(OMITTED, "value").list());
        if (withoutValue.sizeAtMost() <= maxRecordBytes) {
            return withoutValue;
        }
        return new OutputRecord(
                null,
                null,
                reason(List.of(), rejected, subtask).add(OMITTED, "key, value, headers").list());
    }

    private Headers reason(List<Header> passing, RejectedRecord rejected, int subtask) {
        TextRecord source = rejected.source();
        return new Headers(passing, name -> name.startsWith(CONNECT) || name.equals(OMITTED))
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
