package io.millrace.model.arch;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
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
    private final DataType floats;
    private final AtomicInteger count;

    /**
     * Adds nodes to an empty graph.
     *
     * @param floats the type of its numbers, unless an operation says another
     */
    Nodes(Graph graph, DataType floats) {
        this(graph, Ops.create(graph), floats, new AtomicInteger());
    }

    private Nodes(Graph graph, Ops ops, DataType floats, AtomicInteger count) {
        this.graph = graph;
        this.ops = ops;
        this.floats = floats;
        this.count = count;
    }

    /** The same graph's, with numbers of float32. */
    Nodes exact() {
        return floats == DataType.DT_FLOAT ? this : new Nodes(graph, ops, DataType.DT_FLOAT, count);
    }

    /** The type of numbers here. */
    DataType floats() {
        return floats;
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

    /** A node whose inputs are some values and, after them, one list. */
    Value add(
            String op,
            UnaryOperator<OperationBuilder> attributes,
            List<Value> inputs,
            List<Value> list) {
        OperationBuilder builder = builder(op);
        inputs.forEach(input -> builder.addInput(input.operand().asOutput()));
        builder.addInputList(
                list.stream().map(v -> v.operand().asOutput()).toArray(Output<?>[]::new));
        return new Value(this.<TType>output(attributes.apply(builder).build()));
    }

    /** Parts of these sizes along an axis. */
    List<Value> split(Value x, int axis, List<Integer> sizes) {
        int[] counts = sizes.stream().mapToInt(Integer::intValue).toArray();
        return outputs(
                operation(
                        "SplitV",
                        b -> b.setAttr("num_split", counts.length),
                        x,
                        constants(counts),
                        constant(axis)),
                counts.length);
    }

    /** What lies along the first axis, one by one; nothing is copied. */
    List<Value> unpack(Value x, int count) {
        return outputs(
                operation("Unpack", b -> b.setAttr("num", count).setAttr("axis", 0), x), count);
    }

    /** Equal parts along an axis. */
    List<Value> split(Value x, int axis, int parts) {
        Operation split = operation("Split", b -> b.setAttr("num_split", parts), constant(axis), x);
        return outputs(split, parts);
    }

    private static List<Value> outputs(Operation operation, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Value(operation.<TType>output(i)))
                .toList();
    }

    Operation operation(String op, UnaryOperator<OperationBuilder> attributes, Value... inputs) {
        OperationBuilder builder = builder(op);
        for (Value input : inputs) {
            builder.addInput(input.operand().asOutput());
        }
        return attributes.apply(builder).build();
    }

    Value constant(float value) {
        return toFloats(new Value(ops.constant(value)));
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
        return toFloats(new Value(ops.constant(values)));
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

    /** In the type of numbers here. */
    Value toFloats(Value x) {
        return cast(x, floats);
    }

    Value toDouble(Value x) {
        return cast(x, DataType.DT_DOUBLE);
    }

    private Value cast(Value x, DataType type) {
        return x.operand().asOutput().dataType() == type
                ? x
                : add("Cast", b -> b.setAttr("DstT", type), x);
    }

    Value append(Value shape, int... dimensions) {
        return addList("ConcatV2", b -> b, new Value[] {shape, constants(dimensions)}, constant(0));
    }

    Value concat(List<Value> values) {
        return addList("ConcatV2", b -> b, values.toArray(Value[]::new), constant(-1));
    }

    private OperationBuilder builder(String op) {
        // Names of nodes may not begin with an underscore; names of fused operations do.
        return graph.opBuilder(
                op, "n%d_%s".formatted(count.getAndIncrement(), op), graph.baseScope());
    }

    private <T extends TType> Output<T> output(Operation operation) {
        return operation.output(0);
    }
}
