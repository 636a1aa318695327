package io.millrace.model.adapt;

import io.millrace.model.arch.Weight;

/** A vector plus a multiple of another. {@code b + s · c} */
public record ScaledSum(Weight.Values base, Weight.Values other, float scale)
        implements Weight.Values {
    @Override
    public void read(long from, long count, Weight.ChunkConsumer consumer) {
        float[] added = Matrix.read(other, from, Math.toIntExact(count));
        int[] index = {0};
        base.read(
                from,
                count,
                (chunk, length) -> {
                    for (int i = 0; i < length; i++) {
                        chunk[i] += scale * added[index[0]++];
                    }
                    consumer.accept(chunk, length);
                });
    }
}
