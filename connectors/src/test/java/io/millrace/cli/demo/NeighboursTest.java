package io.millrace.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class NeighboursTest {
    private final Neighbours neighbours = new Neighbours();

    @Test
    void nearestIsByAngleAndNeverTheTextItself() {
        neighbours.add("east", new float[] {1, 0});
        neighbours.add("far east", new float[] {50, 1});
        neighbours.add("north", new float[] {0, 3});
        neighbours.add("west", new float[] {-1, 0});

        List<Neighbours.Neighbour> nearest = neighbours.nearest("east", 2);

        assertThat(nearest)
                .extracting(Neighbours.Neighbour::text)
                .containsExactly("far east", "north");
        assertThat(nearest.get(1).cosine()).isCloseTo(0, within(1e-6));
    }

    @Test
    void textThatComesAgainCountsOnce() {
        neighbours.add("east", new float[] {1, 0});
        neighbours.add("east", new float[] {1, 0});

        assertThat(neighbours.size()).isEqualTo(1);
        assertThat(neighbours.any()).isEqualTo("east");
        assertThat(neighbours.nearest("east", 3)).isEmpty();
    }
}
