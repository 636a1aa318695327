package io.millrace.flink.testing;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.options.OutputMode;
import io.millrace.flink.record.Header;
import io.millrace.flink.record.Origin;
import io.millrace.flink.record.TextRecord;
import io.millrace.flink.record.TokenizedRecord;
import io.millrace.model.encode.EncoderOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Small records that carry their own number. */
public final class TestRecords {
    /** Revision of the fake encoder. */
    public static final String REVISION = "sha256:0";

    private TestRecords() {}

    /** A text at this offset. */
    public static TextRecord text(long offset, @Nullable String text) {
        return new TextRecord(null, text, null, null, List.of(), new Origin("in", 0, offset));
    }

    /** A delete of some key, as it reaches the operator. */
    public static TokenizedRecord delete(int id) {
        return new TokenizedRecord(
                TextRecord.delete(new byte[] {1}, List.of(), new Origin("in", 0, id)),
                new int[0],
                false,
                REVISION);
    }

    /** A record of so many tokens, the first of which is the record's number. */
    public static TokenizedRecord tokens(int id, int count) {
        int[] ids = new int[count];
        Arrays.fill(ids, 7);
        ids[0] = id;
        return new TokenizedRecord(
                new TextRecord(null, null, ids, null, List.of(), new Origin("in", 0, id)),
                ids,
                false,
                REVISION);
    }

    /** Every field set. */
    public static TextRecord full() {
        return new TextRecord(
                new byte[] {1},
                "text",
                new int[] {2, 3},
                new byte[] {4},
                List.of(new Header("a", new byte[] {5}), new Header("a", null)),
                new Origin("in", 1, 2));
    }

    /** Options of an operator with one inference thread. */
    public static EncodeOptions options(int batchTokens, int batchRows, Duration linger) {
        return new EncodeOptions(
                "fake",
                EncoderOptions.DEFAULT,
                batchTokens,
                batchRows,
                linger,
                1,
                OutputMode.ORDERED,
                0);
    }

    /** The same options with a memory. */
    public static EncodeOptions caching(int vectors, EncodeOptions options) {
        return new EncodeOptions(
                options.model(),
                options.encoder(),
                options.batchTokens(),
                options.batchRows(),
                options.linger(),
                options.inferenceThreads(),
                options.outputMode(),
                vectors);
    }

    /** The same options with another order. */
    public static EncodeOptions in(OutputMode mode, EncodeOptions options) {
        return new EncodeOptions(
                options.model(),
                options.encoder(),
                options.batchTokens(),
                options.batchRows(),
                options.linger(),
                options.inferenceThreads(),
                mode,
                options.cachedVectors());
    }
}
