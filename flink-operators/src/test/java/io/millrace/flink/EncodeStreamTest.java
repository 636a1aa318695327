package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.Origin;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.RejectedRecord.Stage;
import io.millrace.flink.record.TextRecord;
import io.millrace.model.testing.FakeEncoder;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EncodeStreamTest {
    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    @Test
    void everyTextGetsItsVectorAndTheRestIsRejected() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        List<TextRecord> texts =
                IntStream.range(0, 100)
                        .mapToObj(i -> text(i, i == 7 ? null : "text " + i))
                        .toList();
        DataStream<TextRecord> stream = env.fromData(texts, Types.POJO(TextRecord.class));
        EncodedStream encoded =
                EncodeStream.encode(
                        stream, EncodeOptions.of("fake"), "fake", () -> new FakeEncoder(32));

        CloseableIterator<EmbeddingRecord> vectors = encoded.embeddings().collectAsync();
        CloseableIterator<RejectedRecord> rejected = encoded.rejected().collectAsync();
        env.execute();

        assertThat(vectors).toIterable().hasSize(99);
        assertThat(rejected)
                .toIterable()
                .singleElement()
                .satisfies(
                        one -> {
                            assertThat(one.stage()).isEqualTo(Stage.TOKENIZE);
                            assertThat(one.reason())
                                    .isEqualTo("expected a text or token ids, found neither");
                            assertThat(one.source().origin().offset()).isEqualTo(7);
                        });
    }

    private static TextRecord text(int offset, @Nullable String text) {
        return new TextRecord(null, text, null, null, List.of(), new Origin("in", 0, offset));
    }
}
