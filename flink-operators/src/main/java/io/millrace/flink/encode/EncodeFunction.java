package io.millrace.flink.encode;

import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.RejectedRecord.Stage;
import io.millrace.flink.record.TokenizedRecord;
import io.millrace.model.encode.EncodeException;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.LengthBuckets;
import io.millrace.model.encode.ModelInfo;
import io.millrace.model.encode.TokenBatch;
import io.millrace.model.encode.Vectors;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/** Tokens to vectors, one text a batch. */
public final class EncodeFunction extends ProcessFunction<TokenizedRecord, EmbeddingRecord> {
    private static final long serialVersionUID = 1L;

    private final EncoderSource encoders;
    private final OutputTag<RejectedRecord> rejected;

    private transient @Nullable Encoder encoder;

    public EncodeFunction(EncoderSource encoders, OutputTag<RejectedRecord> rejected) {
        this.encoders = encoders;
        this.rejected = rejected;
    }

    @Override
    public void open(OpenContext context) throws Exception {
        encoder = encoders.open();
    }

    @Override
    public void processElement(
            TokenizedRecord tokenized, Context context, Collector<EmbeddingRecord> out) {
        if (encoder == null) {
            throw new IllegalStateException("A record arrived before open()");
        }
        ModelInfo info = encoder.info();
        int[] ids = tokenized.ids();
        int padded = new LengthBuckets(info.maxTokens()).paddedLength(ids.length);
        float[] vector;
        try {
            vector = encoder.encode(TokenBatch.pad(List.of(ids), padded, info.padTokenId()))[0];
            if (!Vectors.isFinite(vector)) {
                throw new ArithmeticException("non-finite vector");
            }
        } catch (EncodeException | ArithmeticException e) {
            context.output(rejected, RejectedRecord.of(tokenized.source(), Stage.ENCODE, e));
            return;
        }
        out.collect(
                new EmbeddingRecord(
                        tokenized.source(),
                        vector,
                        ids.length,
                        tokenized.truncated(),
                        info.id(),
                        info.revision()));
    }

    @Override
    public void close() {
        if (encoder != null) {
            encoder.close();
            encoder = null;
        }
    }
}
