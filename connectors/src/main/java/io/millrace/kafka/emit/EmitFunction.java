package io.millrace.kafka.emit;

import com.fasterxml.jackson.core.JsonPointer;
import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.kafka.check.TopicRules;
import io.millrace.kafka.check.UnusableKafkaException;
import io.millrace.kafka.options.OutputFormat;
import java.util.Set;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.apache.kafka.common.errors.ApiException;
import org.jspecify.annotations.Nullable;

/**
 * Vectors to output records, deletes to tombstones. One that the broker would refuse is rejected
 * here: refused in the sink it would fail the job, again after every restart.
 */
public final class EmitFunction extends ProcessFunction<EmbeddingRecord, OutputRecord> {
    private static final long serialVersionUID = 1L;

    static final String MODEL = "millrace.model";
    static final String REVISION = "millrace.revision";
    static final String PRECISION = "millrace.precision";
    static final String TOKENS = "millrace.tokens";
    static final String TRUNCATED = "millrace.truncated";
    private static final Set<String> OURS = Set.of(MODEL, REVISION, PRECISION, TOKENS, TRUNCATED);

    private final OutputFormat format;
    private final @Nullable String textField;
    private final int maxRecordBytes;
    private final TopicRules.Source rulesSource;
    private final OutputTag<RejectedRecord> rejected;
    private transient EmbeddingFormatter formatter;
    private transient TopicRules rules;

    /**
     * Makes records of this format.
     *
     * @param textField JSON Pointer to the text in a JSON input, whose other fields pass through;
     *     null: the input is not JSON
     * @param maxRecordBytes larger records are rejected
     * @param rulesSource what the topic asks of records, read whenever the task starts
     */
    @SuppressWarnings("NullAway.Init") // formatter and rules are made where the job runs, in open()
    public EmitFunction(
            OutputFormat format,
            @Nullable String textField,
            int maxRecordBytes,
            TopicRules.Source rulesSource,
            OutputTag<RejectedRecord> rejected) {
        this.format = format;
        this.textField = textField;
        this.maxRecordBytes = maxRecordBytes;
        this.rulesSource = rulesSource;
        this.rejected = rejected;
    }

    @Override
    public void open(OpenContext context) throws UnusableKafkaException {
        rules = rulesSource.read();
        formatter =
                new EmbeddingFormatter(
                        format, textField == null ? null : JsonPointer.compile(textField));
    }

    @Override
    public void processElement(
            EmbeddingRecord record, Context context, Collector<OutputRecord> out) {
        OutputRecord output = output(record, context.timestamp());
        ApiException refusal = refusal(output);
        if (refusal == null) {
            out.collect(output);
        } else {
            context.output(
                    rejected,
                    RejectedRecord.of(record.source(), RejectedRecord.Stage.EMIT, refusal));
        }
    }

    private @Nullable ApiException refusal(OutputRecord output) {
        ApiException ofKey = rules.refusalOfKey(output.key());
        if (ofKey != null) {
            return ofKey;
        }
        ApiException ofTime = rules.refusalOfTime(output.timestamp(), System.currentTimeMillis());
        return ofTime != null ? ofTime : rules.refusalOfSize(output.sizeAtMost(), maxRecordBytes);
    }

    private OutputRecord output(EmbeddingRecord record, @Nullable Long time) {
        Headers headers = new Headers(record.source().headers(), OURS::contains);
        @Nullable Long timestamp = OutputRecord.timestamp(time);
        float @Nullable [] embedding = record.embedding();
        if (embedding == null) {
            return new OutputRecord(record.source().key(), null, headers.list(), timestamp);
        }
        return new OutputRecord(
                record.source().key(),
                formatter.format(record, embedding),
                headers.add(MODEL, record.modelId())
                        .add(REVISION, record.modelRevision())
                        .add(PRECISION, record.precision().key())
                        .add(TOKENS, record.tokens())
                        .add(TRUNCATED, record.truncated())
                        .list(),
                timestamp);
    }
}
