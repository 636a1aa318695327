package io.millrace.model.arch;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.tensorflow.Graph;
import org.tensorflow.Operation;
import org.tensorflow.OperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.family.TType;

/**
 * Adds nodes to a graph by the name of their operation.
 *
 * <p>The typed wrappers of TensorFlow Java are not used for what is hot: their {@code batchMatMul}
 * emits {@code BatchMatMulV3}, which oneDNN does not take, and fused operations have no wrapper.
 */
final class Nodes {
    private final Graph graph;
    private final Ops ops;
    private int count;

    Nodes(Graph graph) {
        this.graph = graph;
        this.ops = Ops.create(graph);
    }

    Value add(String op, Value... inputs) {
        return add(op, UnaryOperator.identity(), inputs);
    }

    Value add(String op, UnaryOperator<OperationBuilder> attributes, Value... inputs) {
        return new Value(this.<TType>output(operation(op, attributes, inputs)));
    }

    /** A node whose inputs are one list and, maybe, one value after it. */
    Value addList(
            String op, UnaryOperator<OperationBuilder> attributes, Value[] list, Value... after) {
        OperationBuilder builder = builder(op);
        builder.addInputList(
                Arrays.stream(list).map(v -> v.operand().asOutput()).toArray(Output<?>[]::new));
        for (Value input : after) {
            builder.addInput(input.operand().asOutput());
        }
        return new Value(this.<TType>output(attributes.apply(builder).build()));
    }

    /** Equal parts along an axis. */
    List<Value> split(Value x, int axis, int parts) {
        Operation split = operation("Split", b -> b.setAttr("num_split", parts), constant(axis), x);
        return IntStream.range(0, parts).mapToObj(i -> new Value(split.<TType>output(i))).toList();
    }

    Operation operation(String op, UnaryOperator<OperationBuilder> attributes, Value... inputs) {
        OperationBuilder builder = builder(op);
        for (Value input : inputs) {
            builder.addInput(input.operand().asOutput());
        }
        return attributes.apply(builder).build();
    }

    Value constant(float value) {
        return new Value(ops.constant(value));
    }

    Value constant(int value) {
        return new Value(ops.constant(value));
    }

    Value constants(int... values) {
        return new Value(ops.constant(values));
    }

    Value constants(int[][] values) {
        return new Value(ops.constant(values));
    }

    Value constants(float... values) {
        return new Value(ops.constant(values));
    }

    /** {@code a + b} */
    Value sum(Value a, Value b) {
        return add("AddV2", a, b);
    }

    /** {@code a · b}, element by element. */
    Value product(Value a, Value b) {
        return add("Mul", a, b);
    }

    /** {@code x · factor} */
    Value scaled(Value x, float factor) {
        return product(x, constant(factor));
    }

    Value squeeze(Value x, int axis) {
        return add("Squeeze", b -> b.setAttr("squeeze_dims", new long[] {axis}), x);
    }

    Value reshape(Value x, Value shape) {
        return add("Reshape", x, shape);
    }

    /** {@code [B, x, y, d] → [B, y, x, d]} */
    Value swapMiddle(Value x) {
        return add("Transpose", x, constants(0, 2, 1, 3));
    }

    Value toFloat(Value x) {
        return add("Cast", b -> b.setAttr("DstT", DataType.DT_FLOAT), x);
    }

    Value toDouble(Value x) {
        return add("Cast", b -> b.setAttr("DstT", DataType.DT_DOUBLE), x);
    }

    Value append(Value shape, int... dimensions) {
        return addList("ConcatV2", b -> b, new Value[] {shape, constants(dimensions)}, constant(0));
    }

    Value concat(List<Value> values) {
        return addList("ConcatV2", b -> b, values.toArray(Value[]::new), constant(-1));
    }

    private OperationBuilder builder(String op) {
        // Names of nodes may not begin with an underscore; names of fused operations do.
        return graph.opBuilder(op, "n%d_%s".formatted(count++, op), graph.baseScope());
    }

    private <T extends TType> Output<T> output(Operation operation) {
        return operation.output(0);
    }
}
