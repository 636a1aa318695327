package io.millrace.model.read;

import io.millrace.model.arch.Weight;
import java.nio.file.Path;
import java.util.List;

/** A tensor of the same shape with other numbers. */
record AdaptedTensor(Tensor stored, Weight.Values values) implements Tensor {
    @Override
    public DataType type() {
        return stored.type();
    }

    @Override
    public List<Long> shape() {
        return stored.shape();
    }

    @Override
    public Path file() {
        return stored.file();
    }

    @Override
    public long size() {
        return stored.size();
    }

    @Override
    public void read(long from, long count, Weight.ChunkConsumer consumer) {
        values.read(from, count, consumer);
    }
}
