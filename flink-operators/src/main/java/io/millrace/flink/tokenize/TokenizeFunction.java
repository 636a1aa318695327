package io.millrace.flink.tokenize;

import io.millrace.flink.encode.EncoderMetrics;
import io.millrace.flink.encode.EncoderSource;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.RejectedRecord.Stage;
import io.millrace.flink.record.TextRecord;
import io.millrace.flink.record.TokenizedRecord;
import io.millrace.model.encode.Encoder;
import io.millrace.model.tokenize.TextException;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/**
 * Text to tokens, before batching, so that a batch's cost is known. What cannot become tokens goes
 * to the rejected records.
 */
@SuppressWarnings("NullAway.Init") // Flink calls open() before any record
public final class TokenizeFunction extends ProcessFunction<TextRecord, TokenizedRecord> {
    private static final long serialVersionUID = 1L;

    private final EncoderSource encoders;
    private final OutputTag<RejectedRecord> rejected;

    private transient @Nullable Encoder encoder;
    private transient Counter numRejected;

    public TokenizeFunction(EncoderSource encoders, OutputTag<RejectedRecord> rejected) {
        this.encoders = encoders;
        this.rejected = rejected;
    }

    @Override
    public void open(OpenContext context) throws Exception {
        encoder = encoders.openInTask();
        numRejected = EncoderMetrics.rejectedCounter(getRuntimeContext().getMetricGroup());
    }

    @Override
    public void processElement(TextRecord source, Context context, Collector<TokenizedRecord> out) {
        if (encoder == null) {
            throw new IllegalStateException("A record arrived before open()");
        }
        TokenizedRecord tokenized;
        try {
            tokenized = TokenizedRecord.of(source, encoder);
        } catch (TextException e) {
            numRejected.inc();
            context.output(rejected, RejectedRecord.of(source, Stage.TOKENIZE, e));
            return;
        }
        out.collect(tokenized);
    }

    @Override
    public void close() {
        if (encoder != null) {
            encoder.close();
            encoder = null;
        }
    }
}
