package io.millrace.it.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CosinesTest {
    @Test
    void smallestAndMedianOfAll() {
        float[][] vectors = {{2, 0}, {0, 3}};

        assertThat(Cosines.of(vectors, new float[][] {{1, 0}, {0, 1}}))
                .contains(new Cosines(1, 1, 2));
        assertThat(Cosines.of(vectors, new float[][] {{1, 0}, {1, 0}}))
                .contains(new Cosines(0, 0.5, 2));
    }

    @Test
    void vectorsThatAreNotNumbersDoNotHide() {
        assertThat(Cosines.of(new float[][] {{Float.NaN}, {1}}, new float[][] {{1}, {1}}))
                .contains(new Cosines(Double.NEGATIVE_INFINITY, Double.NEGATIVE_INFINITY, 2));
    }

    @Test
    void otherDimensionsAreNotCompared() {
        assertThat(Cosines.of(new float[][] {{1, 0}}, new float[][] {{1}})).isEmpty();
    }
}
