package io.millrace.model.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.read.ModelDirectory;
import io.millrace.model.testing.Golden;
import io.millrace.model.write.ModelInitializer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A text's vector has the same bits alone, in any company, at any place, on any thread. */
class BatchIndependenceTest {
    /** Not a multiple of anything, so that the last bucket is as awkward as it can be. */
    private static final int MAX_TOKENS = 71;

    private static final String WIDE =
            """
            {"model_type": "transformer", "vocab_size": 420, "pad_token_id": 0, "hidden_size": 384,
             "num_attention_heads": 12, "num_hidden_layers": 2, "intermediate_size": 1536}""";

    private static final int FIRST_WORD = 5;
    private static final int LAST_WORD = 200;

    /** Every architecture and variation, many of sizes that fill no register. */
    static Stream<Arguments> cases() {
        return Golden.all().stream()
                .flatMap(
                        golden ->
                                IntStream.of(8, MAX_TOKENS)
                                        .boxed()
                                        .flatMap(
                                                length ->
                                                        Stream.of(Precision.values())
                                                                .map(
                                                                        precision ->
                                                                                Arguments.of(
                                                                                        golden,
                                                                                        length,
                                                                                        precision))));
    }

    /** As wide as those that are trained: registers are filled, and no row is added. */
    @ParameterizedTest
    @CsvSource({"20, F32", "71, F32", "20, BF16", "71, BF16"})
    void bitsDependOnTheTextAloneWhereWidthsFillRegisters(
            int paddedLength, Precision precision, @TempDir Path directory) throws Exception {
        writeWide(directory);
        assertThat(TensorFlowEncoder.tokensMultiple(ModelDirectory.open(directory).config()))
                .isEqualTo(1);
        bitsDependOnTheTextAlone(directory, paddedLength, precision);
    }

    @ParameterizedTest
    @EnumSource
    void bitsStayWhenSmallBatchesAreFrequent(Precision precision, @TempDir Path directory)
            throws Exception {
        writeWide(directory);
        try (Encoder encoder =
                Encoder.open(directory, EncoderOptions.DEFAULT.withPrecision(precision))) {
            Random random = new Random(2);
            int[] text = text(random, 20);
            float[] among = encoder.encode(batchWith(text, 3, 20, 20, random))[3]; // of many tokens
            for (int call = 0; call < 2 * TensorFlowEncoder.SMALL_BATCHES; call++) {
                assertThat(encoder.encode(TokenBatch.pad(List.of(text), 20, 0))[0])
                        .as("call %d", call)
                        .containsExactly(among);
            }
        }
    }

    private static void writeWide(Path directory) throws IOException {
        ModelInitializer.write(WIDE, 5, directory);
        Files.copy(
                Golden.of("transformer-classic").directory().resolve("tokenizer.json"),
                directory.resolve("tokenizer.json"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void bitsDependOnTheTextAlone(Golden golden, int paddedLength, Precision precision)
            throws Exception {
        bitsDependOnTheTextAlone(golden.directory(), paddedLength, precision);
    }

    private static void bitsDependOnTheTextAlone(
            Path directory, int paddedLength, Precision precision) throws Exception {
        EncoderOptions options =
                EncoderOptions.DEFAULT.withMaxTokens(MAX_TOKENS).withPrecision(precision);
        try (Encoder encoder = Encoder.open(directory, options)) {
            Random random = new Random(1);
            int[] text = text(random, paddedLength - 2);
            float[] alone = encoder.encode(TokenBatch.pad(List.of(text), paddedLength, 0))[0];
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int rows = 2; rows <= 40; rows++) {
                int place = random.nextInt(rows);
                TokenBatch batch = batchWith(text, place, rows, paddedLength, random);
                tasks.add(
                        () -> {
                            assertThat(encoder.encode(batch)[place])
                                    .as("place %d of %d", place, batch.rows())
                                    .containsExactly(alone);
                            return null;
                        });
            }
            ExecutorService threads = Executors.newFixedThreadPool(2);
            try {
                for (Future<Void> done : threads.invokeAll(tasks)) {
                    done.get();
                }
            } finally {
                threads.shutdown();
            }
        }
    }

    private static TokenBatch batchWith(
            int[] text, int place, int rows, int paddedLength, Random random) {
        List<int[]> texts = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            texts.add(row == place ? text : text(random, 1 + random.nextInt(paddedLength)));
        }
        return TokenBatch.pad(texts, paddedLength, 0);
    }

    private static int[] text(Random random, int tokens) {
        return random.ints(tokens, FIRST_WORD, LAST_WORD).toArray();
    }
}
