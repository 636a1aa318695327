package io.millrace.flink;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.TextRecord;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.streaming.api.datastream.DataStream;

/** The example of this module's README, compiled. */
final class ReadmeExample {
    private ReadmeExample() {}

    static void encode(
            DataStream<TextRecord> texts,
            Sink<EmbeddingRecord> vectors,
            Sink<RejectedRecord> deadLetters) {
        // example {
        EncodeOptions options = EncodeOptions.of("/models/all-MiniLM-L6-v2");
        EncodedStream encoded = EncodeStream.encode(texts, options);
        encoded.embeddings().sinkTo(vectors);
        encoded.rejected().sinkTo(deadLetters);
        // }
    }
}
