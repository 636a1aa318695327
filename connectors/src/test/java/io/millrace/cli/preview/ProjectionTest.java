package io.millrace.cli.preview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProjectionTest {
    private static final int DIMENSION = 20;

    @Test
    void distancesWithinThePlaneStayAsTheyAre() {
        List<float[]> vectors = flat(new Random(1), 50);

        Projection projection = Projection.fit(vectors, null);

        for (int i = 1; i < vectors.size(); i++) {
            assertThat(distance(projection.place(vectors.get(i)), projection.place(vectors.get(0))))
                    .isCloseTo(distance(vectors.get(i), vectors.get(0)), within(1e-4));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void fittedAgainPointsStayWhereTheyWere(int seed) {
        Random random = new Random(seed);
        List<float[]> vectors = flat(random, 60);
        Projection before = Projection.fit(vectors.subList(0, 40), null);

        Projection after = Projection.fit(vectors.subList(20, 60), before);

        float[] first = vectors.get(20);
        double[] start = before.place(first);
        double[] newStart = after.place(first);
        for (float[] vector : vectors.subList(21, 40)) {
            double[] then = before.place(vector);
            double[] now = after.place(vector);
            for (int axis = 0; axis < 2; axis++) {
                assertThat(now[axis] - newStart[axis])
                        .isCloseTo(then[axis] - start[axis], within(1e-3));
            }
        }
    }

    @Test
    void textsThatAreAllAlikeLieInOnePlace() {
        List<float[]> same = List.of(new float[] {1, 0}, new float[] {1, 0}, new float[] {1, 0});

        Projection again = Projection.fit(same, Projection.fit(same, null));

        assertThat(again.place(new float[] {1, 0})).containsExactly(0, 0);
    }

    @Test
    void manyTextsAreFittedByAShareOfThem() {
        List<float[]> vectors = flat(new Random(1), 5 * Projection.FITTED + 1);

        Projection projection = Projection.fit(vectors, null);

        assertThat(distance(projection.place(vectors.get(1)), projection.place(vectors.get(0))))
                .isCloseTo(distance(vectors.get(1), vectors.get(0)), within(1e-4));
    }

    /** Points of a plane that lies askew, with more spread one way than the other. */
    private static List<float[]> flat(Random random, int count) {
        List<float[]> vectors = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double x = 3 * random.nextGaussian();
            double y = random.nextGaussian();
            float[] vector = new float[DIMENSION];
            for (int d = 0; d < DIMENSION; d++) {
                double angle = 2 * Math.PI * d / DIMENSION;
                double scale = Math.sqrt(2.0 / DIMENSION);
                vector[d] = (float) (1 + scale * (x * Math.cos(angle) + y * Math.sin(angle)));
            }
            vectors.add(vector);
        }
        return vectors;
    }

    private static double distance(double[] a, double[] b) {
        return Math.hypot(a[0] - b[0], a[1] - b[1]);
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }
}
