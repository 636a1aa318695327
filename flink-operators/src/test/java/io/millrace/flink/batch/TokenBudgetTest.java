package io.millrace.flink.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TokenBudgetTest {
    @Test
    void halvesDownToItsFloor() {
        TokenBudget budget = new TokenBudget(2048, 600);
        assertThat(budget.halve(cutUnder(2048))).isTrue();
        assertThat(budget.tokens()).isEqualTo(1024);
        assertThat(budget.halve(cutUnder(1024))).isTrue();
        assertThat(budget.tokens()).isEqualTo(600);
        assertThat(budget.halve(cutUnder(600))).isFalse();
        assertThat(budget.tokens()).isEqualTo(600);
    }

    @Test
    void batchesOfOneBudgetHalveItOnce() {
        TokenBudget budget = new TokenBudget(2048, 1);
        assertThat(budget.halve(cutUnder(2048))).isTrue();
        assertThat(budget.halve(cutUnder(2048))).isFalse();
        assertThat(budget.tokens()).isEqualTo(1024);
    }

    @Test
    void aBudgetBelowTheFloorStays() {
        TokenBudget budget = new TokenBudget(100, 512);
        assertThat(budget.halve(cutUnder(100))).isFalse();
        assertThat(budget.tokens()).isEqualTo(100);
    }

    @Test
    void halvesOfABatchKeepItsOrder() {
        Batch<Integer> batch = new Batch<>(List.of(1, 2, 3), 8, 64, FlushReason.LINGER);
        assertThat(batch.halves(32))
                .containsExactly(
                        new Batch<>(List.of(1), 8, 32, FlushReason.LINGER),
                        new Batch<>(List.of(2, 3), 8, 32, FlushReason.LINGER));
    }

    private static Batch<String> cutUnder(int budget) {
        return new Batch<>(List.of("a"), 8, budget, FlushReason.FULL);
    }
}
