package io.millrace.model.adapt;

import io.millrace.model.arch.Weight;
import java.util.Arrays;

/**
 * LoRA: a matrix plus a multiple of the product of a tall and a wide one. {@code W + s · L·R}
 *
 * @param base {@code [rows, columns]}, in row-major order
 * @param left {@code [rows, rank]}
 * @param right {@code [rank, columns]}
 * @param scale of the product
 */
public record LowRankSum(Weight.Values base, Matrix left, Matrix right, float scale)
        implements Weight.Values {
    @Override
    public void read(long from, long count, Weight.ChunkConsumer consumer) {
        if (count == 0) {
            return;
        }
        int columns = right.columns();
        int firstRow = (int) (from / columns);
        int rows = (int) ((from + count - 1) / columns) - firstRow + 1;
        float[] tall = left.rows(firstRow, rows);
        float[] wide = right.rows(0, right.rows());
        float[] sums = new float[columns];
        long[] position = {from};
        base.read(
                from,
                count,
                (chunk, length) -> {
                    for (int done = 0; done < length; ) {
                        int column = (int) (position[0] % columns);
                        int row = (int) (position[0] / columns) - firstRow;
                        int part = Math.min(columns - column, length - done);
                        product(tall, row, wide, column, part, sums);
                        for (int i = 0; i < part; i++) {
                            chunk[done + i] += sums[i] * scale;
                        }
                        done += part;
                        position[0] += part;
                    }
                    consumer.accept(chunk, length);
                });
    }

    /** A part of one row of the product. */
    private void product(float[] tall, int row, float[] wide, int column, int part, float[] sums) {
        int rank = right.rows();
        Arrays.fill(sums, 0, part, 0);
        for (int k = 0; k < rank; k++) {
            float factor = tall[row * rank + k];
            int offset = k * right.columns() + column;
            for (int i = 0; i < part; i++) {
                sums[i] += factor * wide[offset + i];
            }
        }
    }
}
