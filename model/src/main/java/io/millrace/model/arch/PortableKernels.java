package io.millrace.model.arch;

import java.util.List;
import org.tensorflow.Graph;
import org.tensorflow.proto.DataType;

/**
 * Public TensorFlow operations only, in float32: for any device, and what other kernels are
 * compared with.
 *
 * <p>Dense layers are written in the one form that TensorFlow's optimiser fuses on a CPU: {@code
 * MatMul} of matrices, {@code BiasAdd}, then the activation on its output.
 */
public final class PortableKernels implements Kernels {
    /** Finite, so that no sum of two is needed and no row becomes NaN; its softmax is exactly 0. */
    private static final float HIDDEN = -1e30f;

    private static final float NORM_FLOOR = 1e-12f;

    private final Nodes nodes;
    private final Variables variables;

    public PortableKernels(Graph graph) {
        this.nodes = new Nodes(graph);
        this.variables = new Variables(nodes);
    }

    /** The weights that the operations so far have used. */
    public Variables variables() {
        return variables;
    }

    @Override
    public Value lookup(Weight table, Value ids) {
        return nodes.add("GatherV2", variables.read(table), ids, nodes.constant(0));
    }

    @Override
    public Value row(Weight table, int index) {
        return nodes.add(
                "GatherV2", variables.read(table), nodes.constant(index), nodes.constant(0));
    }

    @Override
    public Value positions(Weight table, Batch batch) {
        return nodes.add("GatherV2", variables.read(table), range(batch), nodes.constant(0));
    }

    @Override
    public Value flatten(Value tokens, int hidden) {
        return reshape(tokens, nodes.constants(-1, hidden));
    }

    @Override
    public Value unflatten(Value tokens, int hidden, Batch batch) {
        return reshape(tokens, append(shape(batch), hidden));
    }

    @Override
    public Value dense(Value x, Linear linear, Activation activation) {
        Value y =
                nodes.add(
                        "MatMul",
                        b -> b.setAttr("transpose_b", true),
                        x,
                        variables.read(linear.weight()));
        return activate(addBias(y, linear), activation);
    }

    private Value addBias(Value x, Linear linear) {
        return linear.bias() == null ? x : nodes.add("BiasAdd", x, variables.read(linear.bias()));
    }

    @Override
    public Value denseAdd(Value x, Linear linear, Value residual) {
        return add(dense(x, linear, Activation.IDENTITY), residual);
    }

    private Value activate(Value x, Activation activation) {
        return switch (activation) {
            case IDENTITY -> x;
            case RELU -> nodes.add("Relu", x);
            case TANH -> nodes.add("Tanh", x);
            case SIGMOID -> nodes.add("Sigmoid", x);
            case SILU -> multiply(x, nodes.add("Sigmoid", x));
            case GELU_ERF -> {
                Value erf = nodes.add("Erf", multiply(x, nodes.constant((float) Math.sqrt(0.5))));
                Value half = multiply(x, nodes.constant(0.5f));
                yield multiply(half, add(erf, nodes.constant(1f)));
            }
            case GELU_TANH -> {
                Value cubed =
                        multiply(multiply(nodes.constant(0.044715f), x), nodes.add("Square", x));
                Value inner =
                        multiply(nodes.constant((float) Math.sqrt(2 / Math.PI)), add(x, cubed));
                Value gate =
                        multiply(
                                nodes.constant(0.5f),
                                add(nodes.constant(1f), nodes.add("Tanh", inner)));
                yield multiply(gate, x);
            }
        };
    }

    @Override
    public Value layerNorm(Value x, Norm norm) {
        Value mean = mean(x);
        Value variance = mean(nodes.add("SquaredDifference", x, mean));
        Value scale = nodes.add("Rsqrt", add(variance, nodes.constant(norm.epsilon())));
        Value unit = multiply(nodes.add("Sub", x, mean), scale);
        return add(multiply(unit, variables.read(norm.scale())), variables.read(norm.offset()));
    }

    private Value mean(Value x) {
        return nodes.add("Mean", b -> b.setAttr("keep_dims", true), x, nodes.constant(1));
    }

    @Override
    public List<Value> heads(
            Value x, List<Linear> projections, int heads, int headSize, Batch batch) {
        return projections.stream()
                .map(projection -> dense(x, projection, Activation.IDENTITY)) // [B · S, H]
                .map(y -> reshape(y, append(shape(batch), heads, headSize))) // [B, S, h, d]
                .map(this::swapMiddle) // [B, h, S, d]
                .toList();
    }

    @Override
    public Value attentionBias(Batch batch) {
        Value visible = reshape(tokenMask(batch), append(rows(batch), 1, 1, -1)); // [B, 1, 1, S]
        if (batch.causal()) {
            visible = multiply(visible, triangle(batch)); // [B, 1, S, S]
        }
        return multiply(nodes.add("Sub", nodes.constant(1f), visible), nodes.constant(HIDDEN));
    }

    /** One where column ≤ row, zero elsewhere. {@code [S, S]} */
    private Value triangle(Batch batch) {
        Value positions = range(batch);
        Value columns = reshape(positions, nodes.constants(1, -1));
        Value rows = reshape(positions, nodes.constants(-1, 1));
        return toFloat(nodes.add("LessEqual", columns, rows));
    }

    @Override
    public Value scores(Value query, Value key, float scale, Value bias) {
        Value products = nodes.add("BatchMatMulV2", b -> b.setAttr("adj_y", true), query, key);
        return add(multiply(products, nodes.constant(scale)), bias);
    }

    @Override
    public Value softmax(Value x) {
        return nodes.add("Softmax", x);
    }

    @Override
    public Value context(Value attention, Value value, int hidden) {
        Value byHead = nodes.add("BatchMatMulV2", attention, value); // [B, h, S, d]
        return flatten(swapMiddle(byHead), hidden);
    }

    @Override
    public Value tokenMask(Batch batch) {
        Value lengths = reshape(batch.lengths(), nodes.constants(-1, 1)); // [B, 1]
        Value mask = toFloat(nodes.add("Less", range(batch), lengths)); // [B, S]
        return nodes.add("ExpandDims", mask, nodes.constant(-1));
    }

    @Override
    public Value ordinals(Batch batch) {
        Value ordinals = add(range(batch), nodes.constant(1));
        return nodes.add("ExpandDims", toFloat(ordinals), nodes.constant(-1));
    }

    @Override
    public Value first(Value tokens) {
        return nodes.add("GatherV2", tokens, nodes.constant(0), nodes.constant(1));
    }

    @Override
    public Value last(Value tokens, Batch batch) {
        Value index = nodes.add("Sub", batch.lengths(), nodes.constant(1)); // [B]
        return nodes.add(
                "GatherV2", b -> b.setAttr("batch_dims", 1), tokens, index, nodes.constant(1));
    }

    @Override
    public Value maxWhere(Value tokens, Value mask) {
        Value lowest = nodes.constant(Float.NEGATIVE_INFINITY);
        Value kept =
                nodes.add(
                        "SelectV2", nodes.add("Greater", mask, nodes.constant(0f)), tokens, lowest);
        return nodes.add("Max", kept, nodes.constant(1));
    }

    /** A product of matrices, as a sum would take another order for some rows of the batch. */
    @Override
    public Value weightedSum(Value tokens, Value weights) {
        Value sums = nodes.add("BatchMatMulV2", b -> b.setAttr("adj_x", true), weights, tokens);
        return squeeze(sums, 1); // [B, 1, H] → [B, H]
    }

    @Override
    public Value total(Value weights) {
        return nodes.add("Sum", weights, nodes.constant(1));
    }

    @Override
    public Value denseByRow(Value x, Linear linear, Activation activation) {
        Value row = nodes.add("ExpandDims", x, nodes.constant(1)); // [B, 1, in]
        Value weight = variables.read(linear.weight()); // [out, in]
        Value products = nodes.add("BatchMatMulV2", b -> b.setAttr("adj_y", true), row, weight);
        return activate(addBias(squeeze(products, 1), linear), activation);
    }

    @Override
    public Value normalize(Value x) {
        Value squares =
                nodes.add(
                        "Sum",
                        b -> b.setAttr("keep_dims", true),
                        nodes.add("Square", x),
                        nodes.constant(1));
        return divide(x, nodes.add("Maximum", sqrt(squares), nodes.constant(NORM_FLOOR)));
    }

    @Override
    public Value concat(List<Value> values) {
        return values.size() == 1
                ? values.get(0)
                : nodes.addList(
                        "ConcatV2", b -> b, values.toArray(Value[]::new), nodes.constant(1));
    }

    @Override
    public Value truncate(Value x, int size) {
        return nodes.add("Slice", x, nodes.constants(0, 0), nodes.constants(-1, size));
    }

    @Override
    public Value add(Value a, Value b) {
        return nodes.add("AddV2", a, b);
    }

    @Override
    public Value multiply(Value a, Value b) {
        return nodes.add("Mul", a, b);
    }

    @Override
    public Value divide(Value a, Value b) {
        return nodes.add("RealDiv", a, b);
    }

    @Override
    public Value sqrt(Value x) {
        return nodes.add("Sqrt", x);
    }

    private Value squeeze(Value x, int axis) {
        return nodes.add("Squeeze", b -> b.setAttr("squeeze_dims", new long[] {axis}), x);
    }

    private Value reshape(Value x, Value shape) {
        return nodes.add("Reshape", x, shape);
    }

    /** {@code [B, x, y, d] → [B, y, x, d]} */
    private Value swapMiddle(Value x) {
        return nodes.add("Transpose", x, nodes.constants(0, 2, 1, 3));
    }

    private Value toFloat(Value x) {
        return nodes.add("Cast", b -> b.setAttr("DstT", DataType.DT_FLOAT), x);
    }

    /** {@code [0, 1, … S)} */
    private Value range(Batch batch) {
        Value length = nodes.add("GatherV2", shape(batch), nodes.constant(1), nodes.constant(0));
        return nodes.add("Range", nodes.constant(0), length, nodes.constant(1));
    }

    /** {@code [B, S]} */
    private Value shape(Batch batch) {
        return nodes.add("Shape", batch.ids());
    }

    /** {@code [B]} */
    private Value rows(Batch batch) {
        return nodes.add("Shape", batch.lengths());
    }

    private Value append(Value shape, int... dimensions) {
        return nodes.addList(
                "ConcatV2",
                b -> b,
                new Value[] {shape, nodes.constants(dimensions)},
                nodes.constant(0));
    }
}
