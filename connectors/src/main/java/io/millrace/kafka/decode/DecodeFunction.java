package io.millrace.kafka.decode;

import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.TextRecord;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;
import org.apache.flink.util.OutputTag;

/** Parts the records that were read from those that could not be. */
public final class DecodeFunction extends ProcessFunction<DecodedRecord, TextRecord> {
    private static final long serialVersionUID = 1L;

    private final OutputTag<RejectedRecord> rejected;

    /** Sends what could not be read to this side output. */
    public DecodeFunction(OutputTag<RejectedRecord> rejected) {
        this.rejected = rejected;
    }

    @Override
    public void processElement(DecodedRecord decoded, Context context, Collector<TextRecord> out) {
        String errorClass = decoded.errorClass();
        String reason = decoded.reason();
        if (errorClass == null || reason == null) {
            out.collect(decoded.record());
        } else {
            context.output(
                    rejected,
                    new RejectedRecord(
                            decoded.record(), RejectedRecord.Stage.DECODE, errorClass, reason));
        }
    }
}
