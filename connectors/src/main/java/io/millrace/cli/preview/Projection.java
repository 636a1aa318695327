package io.millrace.cli.preview;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.jspecify.annotations.Nullable;

/**
 * The plane in which vectors differ most: their first two principal components. Fitted again, the
 * plane is turned and mirrored so that it lies as it lay before, and points stay where they were.
 */
final class Projection {
    /** Vectors that the plane is fitted to; the work grows with the cube. */
    static final int FITTED = 192;

    private final double[] mean;
    private final RealMatrix axes;

    private Projection(double[] mean, RealMatrix axes) {
        this.mean = mean;
        this.axes = axes;
    }

    /**
     * Fits the plane.
     *
     * @param vectors at least two of one length
     * @param before what it is to resemble; null: nothing
     */
    static Projection fit(List<float[]> vectors, @Nullable Projection before) {
        List<float[]> fitted = spread(vectors);
        int dimension = fitted.get(0).length;
        double[] mean = new double[dimension];
        for (float[] vector : fitted) {
            for (int i = 0; i < dimension; i++) {
                mean[i] += vector[i] / fitted.size();
            }
        }
        RealMatrix centred = MatrixUtils.createRealMatrix(fitted.size(), dimension);
        for (int row = 0; row < fitted.size(); row++) {
            centred.setRow(row, minus(fitted.get(row), mean));
        }
        // The texts' products with each other give the same axes as the components' covariance,
        // and there are fewer texts than components.
        EigenDecomposition products = new EigenDecomposition(centred.multiply(centred.transpose()));
        RealMatrix axes = MatrixUtils.createRealMatrix(dimension, 2);
        for (int axis = 0; axis < 2; axis++) {
            double variance = products.getRealEigenvalue(axis);
            if (variance > 1e-9) {
                axes.setColumnVector(
                        axis,
                        centred.transpose()
                                .operate(products.getEigenvector(axis))
                                .mapDivide(Math.sqrt(variance)));
            }
        }
        return new Projection(mean, before == null ? axes : aligned(axes, before.axes));
    }

    /** The orthogonal Procrustes problem: which turn brings these axes nearest to those. */
    private static RealMatrix aligned(RealMatrix axes, RealMatrix before) {
        SingularValueDecomposition turn =
                new SingularValueDecomposition(axes.transpose().multiply(before));
        return axes.multiply(turn.getU()).multiply(turn.getVT());
    }

    /** A vector's place in the plane, two coordinates. */
    double[] place(float[] vector) {
        return axes.preMultiply(minus(vector, mean));
    }

    private static double[] minus(float[] vector, double[] mean) {
        double[] difference = new double[mean.length];
        for (int i = 0; i < mean.length; i++) {
            difference[i] = vector[i] - mean[i];
        }
        return difference;
    }

    private static List<float[]> spread(List<float[]> vectors) {
        int step = (vectors.size() + FITTED - 1) / FITTED;
        return IntStream.range(0, vectors.size())
                .filter(i -> i % step == 0)
                .mapToObj(vectors::get)
                .toList();
    }
}
