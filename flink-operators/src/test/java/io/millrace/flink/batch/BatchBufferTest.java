package io.millrace.flink.batch;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.encode.LengthBuckets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchBufferTest {
    private static final LengthBuckets LENGTHS = new LengthBuckets(512);

    private final TokenBudget budget = new TokenBudget(64, 16);
    private final BatchBuffer<String> buffer = new BatchBuffer<>(LENGTHS, budget, 4, 10);

    @Test
    void nothingWaitsForNothing() {
        assertThat(next(0, true)).isNull();
        assertThat(buffer.next(0, true, FlushReason.END_OF_INPUT)).isNull();
        assertThat(buffer.nextDueMillis()).isEqualTo(BatchBuffer.NEVER);
    }

    @Test
    void rowCapClosesABatch() {
        add("a", 8, 0);
        add("b", 5, 0);
        add("c", 7, 0);
        assertThat(next(0, true)).isNull();
        add("d", 8, 0);
        assertThat(next(0, true))
                .isEqualTo(new Batch<>(List.of("a", "b", "c", "d"), 8, 64, FlushReason.FULL));
        assertThat(next(0, true)).isNull();
    }

    @Test
    void paddedTokensCloseABatchBeforeTheRowCap() {
        add("a", 25, 0);
        assertThat(next(0, true)).isNull();
        add("b", 26, 0);
        assertThat(next(0, true))
                .isEqualTo(new Batch<>(List.of("a", "b"), 28, 64, FlushReason.FULL));
    }

    @Test
    void aTextLongerThanTheBudgetGoesAlone() {
        add("a", 100, 0);
        add("b", 100, 0);
        assertThat(next(0, true)).isEqualTo(new Batch<>(List.of("a"), 104, 64, FlushReason.FULL));
        assertThat(next(0, true)).isEqualTo(new Batch<>(List.of("b"), 104, 64, FlushReason.FULL));
    }

    @Test
    void lengthsDoNotMix() {
        add("short", 8, 0);
        add("longer", 9, 0);
        add("short too", 5, 0);
        assertThat(buffer.next(0, true, FlushReason.END_OF_INPUT))
                .isEqualTo(
                        new Batch<>(
                                List.of("short", "short too"), 8, 64, FlushReason.END_OF_INPUT));
        assertThat(buffer.next(0, true, FlushReason.END_OF_INPUT))
                .isEqualTo(new Batch<>(List.of("longer"), 12, 64, FlushReason.END_OF_INPUT));
    }

    @Test
    void aDueTextTakesItsLikeAlongWhenAThreadIsIdle() {
        add("a", 8, 0);
        add("other", 16, 1);
        add("b", 8, 9);
        assertThat(buffer.nextDueMillis()).isEqualTo(10);
        assertThat(next(9, true)).isNull();
        assertThat(next(10, true))
                .isEqualTo(new Batch<>(List.of("a", "b"), 8, 64, FlushReason.LINGER));
        assertThat(buffer.nextDueMillis()).isEqualTo(11);
    }

    @Test
    void aDueTextGrowsItsBatchWhileAllThreadsAreBusy() {
        add("a", 8, 0);
        assertThat(next(1_000, false)).isNull();
        add("b", 8, 1_000);
        assertThat(next(2_000, false)).isNull();
        assertThat(next(2_000, true))
                .isEqualTo(new Batch<>(List.of("a", "b"), 8, 64, FlushReason.LINGER));
    }

    @Test
    void aDueTextGoesBeforeAFullBatch() {
        add("rare", 16, 0);
        addFullBatch(1);
        assertThat(next(9, false)).extracting(Batch::paddedLength).isEqualTo(8);
        addFullBatch(9);
        assertThat(next(10, false))
                .isEqualTo(new Batch<>(List.of("rare"), 16, 64, FlushReason.LINGER));
        assertThat(next(10, false)).extracting(Batch::paddedLength).isEqualTo(8);
    }

    @Test
    void theOldestOfSeveralFullBatchesGoesFirst() {
        add("first", 30, 0);
        addFullBatch(0);
        add("second", 30, 0);
        assertThat(next(0, false)).extracting(Batch::paddedLength).isEqualTo(32);
        assertThat(next(0, false)).extracting(Batch::paddedLength).isEqualTo(8);
    }

    @Test
    void forcedTheOldestGoes() {
        add("rare", 16, 0);
        addFullBatch(0);
        assertThat(buffer.next(0, false, FlushReason.FULL))
                .isEqualTo(new Batch<>(List.of("rare"), 16, 64, FlushReason.FULL));
    }

    @Test
    void aSmallerBudgetCutsSmallerBatches() {
        addFullBatch(0);
        assertThat(budget.halve(new Batch<>(List.of("a"), 8, 64, FlushReason.FULL))).isTrue();
        assertThat(budget.halve(new Batch<>(List.of("a"), 8, 32, FlushReason.FULL))).isTrue();
        assertThat(next(0, true))
                .isEqualTo(new Batch<>(List.of("full", "full"), 8, 16, FlushReason.FULL));
    }

    @Test
    void anEndlessLingerIsNeverDue() {
        BatchBuffer<String> patient = new BatchBuffer<>(LENGTHS, budget, 4, Long.MAX_VALUE);
        patient.add("a", 8, 1_000);
        assertThat(patient.next(Long.MAX_VALUE / 4, true, null)).isNull();
    }

    /** Whatever arrives and whenever batches are asked for: none too big, none mixed, none lost. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyTextLeavesOnceInABatchOfItsLength(long seed) {
        Random random = new Random(seed);
        int rowsMax = 1 + random.nextInt(40);
        int tokensMax = 1 + random.nextInt(2_000);
        BatchBuffer<Text> texts =
                new BatchBuffer<>(
                        LENGTHS, new TokenBudget(tokensMax, 1), rowsMax, random.nextInt(20));
        List<Batch<Text>> batches = new ArrayList<>();
        int count = 5_000;
        for (int i = 0; i < count; i++) {
            int tokens = 1 + (int) (511 * Math.pow(random.nextDouble(), 3));
            texts.add(new Text(i, tokens), tokens, i);
            if (random.nextInt(3) == 0) {
                drain(texts, i, random.nextBoolean(), null, batches);
            }
        }
        drain(texts, count, false, FlushReason.END_OF_INPUT, batches);

        assertThat(batches)
                .allSatisfy(
                        batch -> {
                            assertThat(batch.rows()).hasSizeBetween(1, rowsMax);
                            assertThat(
                                            batch.rows().size() == 1
                                                    || batch.paddedTokens() <= tokensMax)
                                    .isTrue();
                            assertThat(batch.rows())
                                    .allMatch(
                                            text ->
                                                    LENGTHS.paddedLength(text.tokens)
                                                            == batch.paddedLength())
                                    .isSortedAccordingTo(Comparator.comparing(Text::number));
                        });
        assertThat(batches.stream().flatMap(batch -> batch.rows().stream()).map(Text::number))
                .hasSize(count)
                .doesNotHaveDuplicates();
    }

    private record Text(int number, int tokens) {}

    private static void drain(
            BatchBuffer<Text> texts,
            long now,
            boolean threadIdle,
            @Nullable FlushReason force,
            List<Batch<Text>> batches) {
        for (Batch<Text> batch = texts.next(now, threadIdle, force);
                batch != null;
                batch = texts.next(now, threadIdle, force)) {
            batches.add(batch);
        }
    }

    private void add(String text, int tokens, long now) {
        buffer.add(text, tokens, now);
    }

    private void addFullBatch(long now) {
        for (int i = 0; i < 4; i++) {
            add("full", 8, now);
        }
    }

    private @Nullable Batch<String> next(long now, boolean threadIdle) {
        return buffer.next(now, threadIdle, null);
    }
}
