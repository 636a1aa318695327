package io.millrace.it.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NeighboursTest {
    /** Two that ask, and four that are looked among, numbers 2 to 5. */
    private static final float[][] VECTORS = {
        {1, 0}, {0, 1}, {3, 0.1f}, {0.1f, 3}, {2, 1}, {1, 2},
    };

    @Test
    void byTheirDirectionTheNearestFirstAndNeverAQuery() {
        assertThat(Neighbours.of(VECTORS, 2, 3).ofQueries())
                .containsExactly(List.of(2, 4, 5), List.of(3, 5, 4));
    }

    @Test
    void keptAreThoseAmongAsManyWhateverTheirOrder() {
        Neighbours reference = Neighbours.of(VECTORS, 2, 3);
        Neighbours other = new Neighbours(List.of(List.of(4, 2, 3), List.of(3, 5, 2)));

        assertThat(reference.kept(reference, 3)).isEqualTo(1);
        assertThat(other.kept(reference, 3)).isEqualTo(4 / 6.0);
        assertThat(other.kept(reference, 2)).isEqualTo(1);
        assertThat(other.kept(reference, 1)).isEqualTo(0.5);
    }
}
