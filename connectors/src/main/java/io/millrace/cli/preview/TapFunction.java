package io.millrace.cli.preview;

import io.millrace.flink.record.EmbeddingRecord;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.jspecify.annotations.Nullable;

/** Passes everything on, and shows it to a tap in this process. Has no state. */
final class TapFunction extends ProcessFunction<EmbeddingRecord, EmbeddingRecord> {
    private static final long serialVersionUID = 1L;

    private final String id;
    private transient @Nullable Tap tap;

    TapFunction(String id) {
        this.id = id;
    }

    @Override
    public void open(OpenContext context) {
        tap = Tap.find(id);
    }

    @Override
    public void processElement(
            EmbeddingRecord record, Context context, Collector<EmbeddingRecord> out) {
        if (tap != null) {
            tap.offer(record, context.timestamp());
        }
        out.collect(record);
    }
}
