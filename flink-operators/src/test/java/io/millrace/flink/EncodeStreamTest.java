package io.millrace.flink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.flink.options.EncodeOptions;
import io.millrace.flink.options.OutputMode;
import io.millrace.flink.record.EmbeddingRecord;
import io.millrace.flink.record.RejectedRecord;
import io.millrace.flink.record.RejectedRecord.Stage;
import io.millrace.flink.record.TextRecord;
import io.millrace.flink.testing.GoldenDirectory;
import io.millrace.flink.testing.TestRecords;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.EncoderOptions;
import io.millrace.model.testing.FakeEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class EncodeStreamTest {
    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            new MiniClusterExtension(
                    new MiniClusterResourceConfiguration.Builder()
                            .setNumberTaskManagers(1)
                            .setNumberSlotsPerTaskManager(2)
                            .build());

    // Calls of the source in the one test that counts them.
    private static final AtomicInteger OPENED = new AtomicInteger();

    @TempDir private Path directory;

    @Test
    void everyTextGetsItsVectorAndTheRestIsRejected() throws Exception {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        List<TextRecord> texts =
                IntStream.range(0, 100)
                        .mapToObj(i -> TestRecords.text(i, i == 7 ? null : "text " + i))
                        .toList();
        EncodedStream encoded =
                EncodeStream.encode(
                        env.fromData(texts, Types.POJO(TextRecord.class)),
                        EncodeOptions.of("fake"),
                        "fake",
                        () -> new FakeEncoder(32));

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

    /** Same text, same model: same bits, whatever shares its batch and wherever it runs. */
    @ParameterizedTest
    @CsvSource({
        "1, ORDERED, 128",
        "1, ALLOW_UNORDERED, 3",
        "2, ORDERED, 3",
        "2, ALLOW_UNORDERED, 1"
    })
    void vectorsDependOnTheirTextsAlone(int parallelism, OutputMode mode, int batchRows)
            throws Exception {
        Path model = GoldenDirectory.copy("bert-mean", directory);
        Random random = new Random(1);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            texts.add("the river turns the wheel ".repeat(1 + random.nextInt(8)) + i);
        }
        float[][] reference;
        try (Encoder encoder = Encoder.open(model)) {
            reference = encoder.encode(texts);
        }
        Map<Integer, float[]> vectors = encode(texts, model, parallelism, mode, batchRows);
        assertThat(vectors).hasSize(texts.size());
        assertThat(vectors).allSatisfy((id, vector) -> assertThat(vector).isEqualTo(reference[id]));
    }

    @Test
    void aModelThatCannotBeRunFailsTheJobOnce() throws Exception {
        Path model = GoldenDirectory.copy("bert-mean", directory);
        Files.delete(model.resolve("model.safetensors"));
        String path = model.toString();
        Configuration config = new Configuration();
        config.set(RestartStrategyOptions.RESTART_STRATEGY, "fixed-delay");
        config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_ATTEMPTS, 100);
        config.set(RestartStrategyOptions.RESTART_STRATEGY_FIXED_DELAY_DELAY, Duration.ZERO);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(config).setParallelism(1);
        OPENED.set(0);
        EncodeStream.encode(
                        env.fromData(
                                List.of(TestRecords.text(0, "a")), Types.POJO(TextRecord.class)),
                        EncodeOptions.of(path),
                        "broken",
                        () -> {
                            OPENED.incrementAndGet();
                            return Encoder.open(Path.of(path));
                        })
                .embeddings()
                .print();

        assertThatThrownBy(env::execute)
                .hasStackTraceContaining(SuppressRestartsException.class.getName())
                .hasStackTraceContaining("Model directory " + path + " cannot be run")
                .hasStackTraceContaining("model.safetensors");
        assertThat(OPENED).hasValue(1);
    }

    @Test
    void namesAndUidsStayAsTheyAre() {
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        DataStream<TextRecord> texts =
                env.fromData(List.of(TestRecords.text(0, "a")), Types.POJO(TextRecord.class));
        EncodeStream.encode(texts, EncodeOptions.of("model")).embeddings().print();
        EncodeStream.encode(texts, EncodeOptions.of("model"), "titles").embeddings().print();

        Collection<StreamNode> operators = env.getStreamGraph().getStreamNodes();
        assertThat(operators)
                .extracting(StreamNode::getTransformationUID)
                .contains(
                        "millrace-tokenize", "millrace-encode", "titles-tokenize", "titles-encode");
        assertThat(operators)
                .extracting(StreamNode::getOperatorName)
                .contains(
                        "millrace-tokenize", "millrace-encode", "titles-tokenize", "titles-encode");
    }

    private static Map<Integer, float[]> encode(
            List<String> texts, Path model, int parallelism, OutputMode mode, int batchRows)
            throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment().setParallelism(parallelism);
        List<TextRecord> records =
                IntStream.range(0, texts.size())
                        .mapToObj(i -> TestRecords.text(i, texts.get(i)))
                        .toList();
        EncodeOptions options =
                new EncodeOptions(
                        model.toString(),
                        EncoderOptions.DEFAULT,
                        2048,
                        batchRows,
                        Duration.ofMillis(5),
                        parallelism,
                        mode,
                        0);
        EncodedStream encoded =
                EncodeStream.encode(
                        env.fromData(records, Types.POJO(TextRecord.class)).rebalance(), options);
        Map<Integer, float[]> vectors = new TreeMap<>();
        try (CloseableIterator<EmbeddingRecord> results =
                encoded.embeddings().executeAndCollect()) {
            results.forEachRemaining(
                    record ->
                            vectors.put(
                                    (int) record.source().origin().offset(), record.embedding()));
        }
        return vectors;
    }
}
