package io.millrace.it.bench.peak;

import io.millrace.model.encode.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Operation;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.types.TFloat32;

/** One matrix product, {@code [rows, width] · [width, width]}, on the calling thread. */
final class Product implements AutoCloseable {
    /** How TensorFlow is asked for it. */
    enum Way {
        /**
         * With a bias and with weights that it may pack once: as a dense layer of an encoder is.
         */
        PACKED,
        /** The public operation. */
        PLAIN
    }

    private static final RunOptions ON_CALLING_THREAD =
            RunOptions.newBuilder().setInterOpThreadPool(-1).build();

    private final Graph graph;
    private final Session session;
    private final Operation product;
    private final String description;
    private final double operations;

    private Product(
            Graph graph,
            Session session,
            Operation product,
            String description,
            double operations) {
        this.graph = graph;
        this.session = session;
        this.product = product;
        this.description = description;
        this.operations = operations;
    }

    static Product open(Precision precision, Way way, int rows, int width) {
        Graph graph = new Graph();
        Builder builder = new Builder(graph, precision);
        Output<?> left = builder.variable("left", rows, width);
        Output<?> right = builder.variable("right", width, width);
        Operation product =
                switch (way) {
                    case PACKED -> builder.packed(left, right, builder.variable("bias", width));
                    case PLAIN -> builder.plain(left, right);
                };
        Session session =
                new Session(
                        graph,
                        ConfigProto.newBuilder()
                                .setIntraOpParallelismThreads(1)
                                .setInterOpParallelismThreads(1)
                                .build());
        for (String name : builder.initializers) {
            session.runner().addTarget(name).run().close();
        }
        return new Product(
                graph,
                session,
                product,
                "[%d, %d] x [%d, %d], %s"
                        .formatted(rows, width, width, width, way.name().toLowerCase(Locale.ROOT)),
                2.0 * rows * width * width);
    }

    /** The nodes, by TensorFlow's own names. */
    private static final class Builder {
        private final Graph graph;
        private final DataType type;
        private final List<String> initializers = new ArrayList<>();

        Builder(Graph graph, Precision precision) {
            this.graph = graph;
            this.type =
                    switch (precision) {
                        case F32 -> DataType.DT_FLOAT;
                        case BF16 -> DataType.DT_BFLOAT16;
                    };
        }

        private OperationBuilder node(String operation, String name) {
            return graph.opBuilder(operation, name, graph.baseScope());
        }

        /** A variable of small random numbers. */
        Output<?> variable(String name, long... shape) {
            Ops tf = Ops.create(graph);
            long[] dimensions = shape.clone();
            Operand<TFloat32> numbers =
                    tf.math.mul(
                            tf.random.truncatedNormal(tf.constant(dimensions), TFloat32.class),
                            tf.constant(0.02f));
            Output<?> value =
                    node("Cast", name + "/cast")
                            .addInput(numbers.asOutput())
                            .setAttr("DstT", type)
                            .build()
                            .output(0);
            Output<?> handle =
                    node("VarHandleOp", name + "/handle")
                            .setAttr("dtype", type)
                            .setAttr("shape", Shape.of(dimensions))
                            .setAttr("shared_name", name)
                            .build()
                            .output(0);
            node("AssignVariableOp", name + "/assign")
                    .addInput(handle)
                    .addInput(value)
                    .setAttr("dtype", type)
                    .build();
            initializers.add(name + "/assign");
            return node("ReadVariableOp", name + "/read")
                    .addInput(handle)
                    .setAttr("dtype", type)
                    .build()
                    .output(0);
        }

        Operation packed(Output<?> left, Output<?> right, Output<?> bias) {
            return node("_MklNativeFusedMatMul", "product")
                    .addInput(left)
                    .addInput(right)
                    .addInputList(new Output<?>[] {bias})
                    .setAttr("T", type)
                    .setAttr("num_args", 1)
                    .setAttr("fused_ops", new String[] {"BiasAdd"})
                    .setAttr("is_filter_const", true)
                    .setAttr("_kernel", "MklNameChangeOp")
                    .build();
        }

        Operation plain(Output<?> left, Output<?> right) {
            return node("MatMul", "product").addInput(left).addInput(right).build();
        }
    }

    /** Once; what it gives stays in the library. */
    void run() {
        session.runner().setOptions(ON_CALLING_THREAD).addTarget(product).run().close();
    }

    double operations() {
        return operations;
    }

    String describe() {
        return description;
    }

    @Override
    public void close() {
        session.close();
        graph.close();
    }
}
