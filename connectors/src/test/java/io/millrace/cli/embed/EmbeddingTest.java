package io.millrace.cli.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.millrace.cli.read.InputReader;
import io.millrace.cli.read.LineFormat;
import io.millrace.model.encode.EncodeException;
import io.millrace.model.encode.Encoder;
import io.millrace.model.encode.LengthBuckets;
import io.millrace.model.encode.ModelInfo;
import io.millrace.model.encode.TokenBatch;
import io.millrace.model.testing.FakeEncoder;
import io.millrace.model.testing.FakeTokenizer;
import io.millrace.model.tokenize.Tokenizer;
import io.millrace.model.tokenize.Truncation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class EmbeddingTest {
    private static final int MAX_TOKENS = 64;
    private static final int BATCH_TOKENS = 256;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Queue<TokenBatch> batches = new ConcurrentLinkedQueue<>();

    @Test
    void emptyInputGivesEmptyOutput() throws Exception {
        assertThat(embed("", this::fake)).isEqualTo(Counts.NONE);
        assertThat(out.size()).isZero();
    }

    @Test
    void outputIsInTheOrderOfTheInputOverManyWindows() throws Exception {
        List<String> texts = randomTexts(20_000);

        Counts counts = embed(String.join("\n", texts), this::fake);

        List<JsonNode> lines = lines();
        assertThat(lines).hasSize(texts.size());
        for (int i = 0; i < texts.size(); i++) {
            int[] ids =
                    new FakeTokenizer(MAX_TOKENS, Truncation.RIGHT).tokenize(texts.get(i)).ids();
            float[] expected = FakeEncoder.vectorOf(ids);
            assertThat(lines.get(i).get("id").intValue()).isEqualTo(i);
            assertThat(lines.get(i).get("embedding").get(3).floatValue()).isEqualTo(expected[3]);
            assertThat(lines.get(i).get("tokens").intValue()).isEqualTo(ids.length);
            assertThat(lines.get(i).get("truncated").booleanValue())
                    .isEqualTo(texts.get(i).length() + 2 > MAX_TOKENS);
        }
        assertThat(counts.records()).isEqualTo(texts.size());
        assertThat(counts.refused()).isZero();
        assertThat(counts.truncated()).isPositive();
    }

    @Test
    void batchesHoldOneBucketWithinTheTokenBudget() throws Exception {
        embed(String.join("\n", randomTexts(5_000)), this::fake);

        LengthBuckets buckets = new LengthBuckets(MAX_TOKENS);
        assertThat(batches).isNotEmpty();
        for (TokenBatch batch : batches) {
            assertThat(batch.rows() * batch.paddedLength()).isLessThanOrEqualTo(BATCH_TOKENS);
            for (int length : batch.lengths()) {
                assertThat(buckets.paddedLength(length)).isEqualTo(batch.paddedLength());
            }
        }
    }

    @Test
    void textThatIsRefusedGetsAnErrorInItsPlace() throws Exception {
        Counts counts =
                embed(
                        "short\n" + "x".repeat(MAX_TOKENS) + "\nshort",
                        Truncation.REJECT,
                        this::fake);

        assertThat(lines())
                .extracting(line -> line.has("error"))
                .containsExactly(false, true, false);
        assertThat(lines().get(1))
                .hasToString("{\"id\":1,\"error\":\"expected at most 64 tokens, found 66\"}");
        assertThat(counts.refused()).isEqualTo(1);
    }

    @Test
    void batchThatFailsIsHalvedUntilTheBadTextIsAlone() throws Exception {
        Counts counts = embed("good\nb!d\nfine\nnice\nwell", this::failOnExclamationMark);

        assertThat(lines())
                .extracting(line -> line.has("error") ? line.get("error").textValue() : "vector")
                .containsExactly("vector", "does not like this", "vector", "vector", "vector");
        assertThat(counts.refused()).isEqualTo(1);
    }

    @Test
    void vectorThatIsNotFiniteIsNeverAnOutput() throws Exception {
        embed(
                "good\nn?n",
                batch -> {
                    float[][] vectors = new FakeEncoder(MAX_TOKENS).encode(batch);
                    for (int row = 0; row < batch.rows(); row++) {
                        if (contains('?', batch, row)) {
                            vectors[row][2] = Float.NaN;
                        }
                    }
                    return vectors;
                });

        assertThat(lines().get(0).has("embedding")).isTrue();
        assertThat(lines().get(1))
                .hasToString(
                        "{\"id\":1,\"error\":\"expected a finite vector, found NaN or infinity in"
                                + " it\"}");
    }

    @Test
    void anythingElseThatGoesWrongEndsTheRun() {
        assertThatThrownBy(
                        () ->
                                embed(
                                        "text",
                                        batch -> {
                                            throw new IllegalStateException("closed");
                                        }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("closed");
    }

    private Counts embed(String input, Function<TokenBatch, float[][]> encode) throws Exception {
        return embed(input, Truncation.RIGHT, encode);
    }

    private Counts embed(
            String input, Truncation truncation, Function<TokenBatch, float[][]> encode)
            throws Exception {
        InputReader reader =
                new InputReader(
                        new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                        LineFormat.LINES);
        try (WindowEncoder windows =
                new WindowEncoder(new ScriptedEncoder(truncation, encode), 3, BATCH_TOKENS)) {
            return new Embedding(reader, windows, out, Progress.NONE).run();
        }
    }

    private float[][] fake(TokenBatch batch) {
        batches.add(batch);
        return new FakeEncoder(MAX_TOKENS).encode(batch);
    }

    private float[][] failOnExclamationMark(TokenBatch batch) {
        for (int row = 0; row < batch.rows(); row++) {
            if (contains('!', batch, row)) {
                throw new EncodeException(
                        EncodeException.Kind.FAILED,
                        "does not like this",
                        new IllegalArgumentException());
            }
        }
        return fake(batch);
    }

    private static boolean contains(char character, TokenBatch batch, int row) {
        int start = row * batch.paddedLength();
        for (int i = start; i < start + batch.lengths()[row]; i++) {
            if (batch.ids()[i] == character) {
                return true;
            }
        }
        return false;
    }

    private static List<String> randomTexts(int count) {
        Random random = new Random(7);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add("é".repeat(random.nextInt(80)) + (char) ('a' + i % 26));
        }
        return texts;
    }

    private List<JsonNode> lines() throws Exception {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
            lines.add(new ObjectMapper().readTree(line));
        }
        return lines;
    }

    /** An encoder that does with a batch what a test says. */
    private record ScriptedEncoder(Truncation truncation, Function<TokenBatch, float[][]> encode)
            implements Encoder {
        @Override
        public ModelInfo info() {
            return new FakeEncoder(MAX_TOKENS).info();
        }

        @Override
        public Tokenizer tokenizer() {
            return new FakeTokenizer(MAX_TOKENS, truncation);
        }

        @Override
        public float[][] encode(TokenBatch batch) {
            return encode.apply(batch);
        }

        @Override
        public void close() {}
    }
}
