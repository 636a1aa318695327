package io.millrace.flink;

import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.RejectedRecord;
import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * What became of a stream of texts: each of its records is in exactly one of the two.
 *
 * @param embeddings the vectors, and among them the deletes that came in
 * @param rejected the records that got no vector, and why
 */
public record EncodedStream(
        DataStream<EmbeddingRecord> embeddings, DataStream<RejectedRecord> rejected) {}
