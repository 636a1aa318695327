package io.millrace.flink;

import io.millrace.flink.encode.EncodeBatchOperatorFactory;
import io.millrace.flink.encode.EncoderSource;
import io.millrace.flink.encode.SharedEncoder;
import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.TextRecord;
import io.millrace.flink.record.TokenizedRecord;
import io.millrace.flink.tokenize.TokenizeFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;

/**
 * The front door: texts in, vectors out. A {@link TextRecord#delete} passes in its place, as an
 * {@link EmbeddingRecord} without a vector.
 *
 * <pre>{@code
 * EncodedStream encoded = EncodeStream.encode(texts, EncodeOptions.of("/models/all-MiniLM-L6-v2"));
 * encoded.embeddings().sinkTo(vectors);
 * encoded.rejected().sinkTo(deadLetters);
 * }</pre>
 */
public final class EncodeStream {
    /** Begins the names and uids of the two operators, where the caller gives no other. */
    public static final String DEFAULT_NAME = "millrace";

    private static final OutputTag<RejectedRecord> REJECTED =
            new OutputTag<>("rejected", Types.POJO(RejectedRecord.class));

    private EncodeStream() {}

    /** The vectors of these texts; operators {@code millrace-tokenize}, {@code millrace-encode}. */
    public static EncodedStream encode(DataStream<TextRecord> texts, EncodeOptions options) {
        return encode(texts, options, DEFAULT_NAME);
    }

    /**
     * The vectors of these texts.
     *
     * @param name begins the names and uids of the operators, {@code NAME-tokenize} and {@code
     *     NAME-encode}. Savepoints find their state by it; a job that encodes twice needs two
     */
    public static EncodedStream encode(
            DataStream<TextRecord> texts, EncodeOptions options, String name) {
        String model = options.model();
        return encode(texts, options, name, () -> SharedEncoder.open(model, options.encoder()));
    }

    /** As above, with encoders from elsewhere; the options' model and encoder are not looked at. */
    public static EncodedStream encode(
            DataStream<TextRecord> texts,
            EncodeOptions options,
            String name,
            EncoderSource encoders) {
        SingleOutputStreamOperator<TokenizedRecord> tokenized =
                texts.process(
                                new TokenizeFunction(encoders, REJECTED),
                                Types.POJO(TokenizedRecord.class))
                        .name(name + "-tokenize")
                        .uid(name + "-tokenize");
        SingleOutputStreamOperator<EmbeddingRecord> embeddings =
                tokenized
                        .transform(
                                name + "-encode",
                                Types.POJO(EmbeddingRecord.class),
                                new EncodeBatchOperatorFactory(encoders, options, REJECTED))
                        .uid(name + "-encode");
        return new EncodedStream(
                embeddings,
                tokenized.getSideOutput(REJECTED).union(embeddings.getSideOutput(REJECTED)));
    }
}
