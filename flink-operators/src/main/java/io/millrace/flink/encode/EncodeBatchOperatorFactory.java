package io.millrace.flink.encode;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.TokenizedRecord;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.util.OutputTag;

/** Makes the operator inside its task, where mailbox and clock exist. */
public final class EncodeBatchOperatorFactory extends AbstractStreamOperatorFactory<EmbeddingRecord>
        implements OneInputStreamOperatorFactory<TokenizedRecord, EmbeddingRecord> {
    private static final long serialVersionUID = 1L;

    private final EncoderSource encoders;
    private final EncodeOptions options;
    private final OutputTag<RejectedRecord> rejected;

    public EncodeBatchOperatorFactory(
            EncoderSource encoders, EncodeOptions options, OutputTag<RejectedRecord> rejected) {
        this.encoders = encoders;
        this.options = options;
        this.rejected = rejected;
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // as the interface has it
    public <T extends StreamOperator<EmbeddingRecord>> T createStreamOperator(
            StreamOperatorParameters<EmbeddingRecord> parameters) {
        return (T) new EncodeBatchOperator(parameters, encoders, options, rejected);
    }

    @Override
    @SuppressWarnings("rawtypes") // as in the interface
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
        return EncodeBatchOperator.class;
    }
}
