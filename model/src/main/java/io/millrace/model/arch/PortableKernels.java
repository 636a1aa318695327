package io.millrace.model.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.tensorflow.Graph;
import org.tensorflow.proto.DataType;

/**
 * Public TensorFlow operations only: for any device, and what other kernels are compared with.
 *
 * <p>Dense layers are written in the one form that TensorFlow's optimiser fuses on a CPU: {@code
 * MatMul} of matrices, {@code BiasAdd}, then the activation on its output.
 */
public sealed class PortableKernels implements Kernels permits OneDnnKernels {
    private static final float NORM_FLOOR = 1e-12f;

    /** Floats in the widest vector register. */
    private static final int REGISTER = 16;

    final Nodes nodes;
    final Variables variables;
    private final Nodes exact;
    private final Positions positions;
    private final Activations activations;
    private final Rotations rotations;
    private final Visibility visibility;
    private final List<Value> attentions = new ArrayList<>();

    /**
     * Kernels that add to a graph.
     *
     * @param floats {@code DT_FLOAT} or {@code DT_BFLOAT16}: what weights and activations are in
     */
    public PortableKernels(Graph graph, DataType floats) {
        this(new Nodes(graph, floats));
    }

    PortableKernels(Nodes nodes) {
        this.nodes = nodes;
        this.exact = nodes.exact();
        this.variables = new Variables(nodes);
        this.positions = new Positions(nodes);
        this.activations = new Activations(nodes);
        this.rotations = new Rotations(nodes, positions);
        this.visibility = new Visibility(nodes, positions);
    }

    /** The same graph's in float32: pooling takes sums over many tokens. */
    public PortableKernels exact() {
        return exact == nodes ? this : new PortableKernels(exact);
    }

    /** What others of the same graph have computed, as numbers of these. */
    public Value convert(Value x) {
        return nodes.toFloats(x);
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
    public Value table(Weight table) {
        return variables.read(table);
    }

    @Override
    public Value row(Weight table, int index) {
        return nodes.add(
                "GatherV2", variables.read(table), nodes.constant(index), nodes.constant(0));
    }

    @Override
    public Value positions(Weight table, Batch batch) {
        return nodes.add(
                "GatherV2", variables.read(table), positions.range(batch), nodes.constant(0));
    }

    @Override
    public Value countedPositions(int padding, Batch batch) {
        Value isToken =
                nodes.add(
                        "Cast",
                        b -> b.setAttr("DstT", DataType.DT_INT32),
                        nodes.add("NotEqual", batch.ids(), nodes.constant(padding)));
        Value count = nodes.add("Cumsum", isToken, nodes.constant(1));
        return add(multiply(count, isToken), nodes.constant(padding));
    }

    @Override
    public Value scale(Value x, float factor) {
        return multiply(x, nodes.constant(factor));
    }

    @Override
    public Value flatten(Value tokens, int hidden) {
        return nodes.reshape(tokens, nodes.constants(-1, hidden));
    }

    @Override
    public Value unflatten(Value tokens, int hidden, Batch batch) {
        return nodes.reshape(tokens, nodes.append(positions.shape(batch), hidden));
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

    @Override
    public List<Value> dense(Value x, List<Linear> linears) {
        return linears.stream().map(linear -> dense(x, linear, Activation.IDENTITY)).toList();
    }

    @Override
    public List<Value> denseHeads(Value x, List<Linear> linears, int headSize, Batch batch) {
        return linears.stream()
                .map(
                        linear ->
                                heads(
                                        dense(x, linear, Activation.IDENTITY),
                                        linear.out() / headSize,
                                        headSize,
                                        batch))
                .toList();
    }

    @Override
    public Value gated(Value x, Linear gate, Linear up, Activation activation) {
        return multiply(dense(x, gate, activation), dense(x, up, Activation.IDENTITY));
    }

    @Override
    public Value activate(Value x, Activation activation) {
        return activations.activate(x, activation);
    }

    @Override
    public Value norm(Value x, Norm norm) {
        Value wide = exact.toFloats(x);
        Value unit =
                switch (norm.kind()) {
                    case LAYER -> {
                        Value mean = mean(wide);
                        Value variance = mean(exact.add("SquaredDifference", wide, mean));
                        yield multiply(exact.add("Sub", wide, mean), inverseRoot(variance, norm));
                    }
                    case RMS -> multiply(wide, inverseRoot(mean(exact.add("Square", wide)), norm));
                };
        Value scaled = multiply(unit, exact.toFloats(variables.read(norm.scale())));
        Weight offset = norm.offset();
        return nodes.toFloats(
                offset == null ? scaled : add(scaled, exact.toFloats(variables.read(offset))));
    }

    private Value inverseRoot(Value x, Norm norm) {
        Value positive = add(x, exact.constant(norm.epsilon()));
        return exact.toFloats(exact.add("Rsqrt", exact.toDouble(positive)));
    }

    private Value mean(Value x) {
        return exact.add("Mean", b -> b.setAttr("keep_dims", true), x, exact.constant(-1));
    }

    @Override
    public Value heads(Value x, int heads, int headSize, Batch batch) {
        return nodes.swapMiddle(
                nodes.reshape(x, nodes.append(positions.shape(batch), heads, headSize)));
    }

    /** Heads of several projections. {@code [B · S, n · h · d] → [n, B, h, S, d]} */
    final Value swapPacked(Value x, int count, int heads, int headSize, Batch batch) {
        return nodes.add(
                "Transpose",
                nodes.reshape(x, nodes.append(positions.shape(batch), count, heads, headSize)),
                nodes.constants(2, 0, 3, 1, 4));
    }

    @Override
    public Value tableHeads(Value x, int heads, int headSize) {
        return nodes.swapMiddle(nodes.reshape(x, nodes.constants(1, -1, heads, headSize)));
    }

    @Override
    public Value repeatHeads(Value heads, int times) {
        if (times == 1) {
            return heads;
        }
        Value tiled = // [B, h, times, S, d]
                nodes.add(
                        "Tile",
                        nodes.add("ExpandDims", heads, nodes.constant(2)),
                        nodes.constants(1, 1, times, 1, 1));
        Value shape = nodes.add("Shape", heads);
        Value repeated = multiply(shape, nodes.constants(1, times, 1, 1));
        return nodes.reshape(tiled, repeated);
    }

    @Override
    public Rotation rotation(Rope rope, Batch batch) {
        return rotations.rotation(rope, batch);
    }

    @Override
    public Value rotate(Value heads, Rotation rotation) {
        return rotations.rotate(heads, rotation);
    }

    @Override
    public Value attentionBias(Batch batch, Window window) {
        return visibility.attentionBias(tokenMask(batch), batch, window);
    }

    @Override
    public Value visible(Batch batch, Pattern pattern) {
        return visibility.visible(tokenMask(batch), batch, pattern);
    }

    @Override
    public Value hide(Value visible, float value) {
        return visibility.hide(visible, value);
    }

    @Override
    public Value distanceBias(Weight table, int[] rows, Batch batch) {
        return visibility.distanceBias(variables.read(table), rows, batch);
    }

    @Override
    public Value linearBias(float[] slopes, Batch batch) {
        return visibility.linearBias(slopes, batch);
    }

    @Override
    public Value byDistance(Value products, int[] columns, Batch batch) {
        return visibility.byDistance(products, columns, batch);
    }

    @Override
    public Value scores(Value query, Value key, float scale, Value bias) {
        Value products = productTransposed(query, key);
        return add(scale == 1 ? products : scale(products, scale), bias);
    }

    @Override
    public Value attention(Value scores) {
        Value attention = softmax(scores);
        attentions.add(attention);
        return attention;
    }

    @Override
    public Value softmax(Value x) {
        return nodes.add("Softmax", x);
    }

    /** What each layer's tokens attend to, so far. {@code [B, h, S, S]} each */
    public List<Value> attentions() {
        return List.copyOf(attentions);
    }

    @Override
    public Value context(Value attention, Value value, int width) {
        return merge(product(attention, value), width);
    }

    @Override
    public Value merge(Value heads, int width) {
        return flatten(nodes.swapMiddle(heads), width);
    }

    @Override
    public Value product(Value a, Value b) {
        return nodes.add("BatchMatMulV2", a, b);
    }

    @Override
    public Value transpose(Value x) {
        return nodes.add("Transpose", x, nodes.constants(0, 1, 3, 2));
    }

    @Override
    public Value productTransposed(Value a, Value b) {
        return nodes.add("BatchMatMulV2", n -> n.setAttr("adj_y", true), a, b);
    }

    @Override
    public Value neighbours(Value tokens, int width, Batch batch) {
        int side = width / 2;
        Value padded =
                nodes.add(
                        "PadV2",
                        tokens,
                        nodes.constants(new int[][] {{0, 0}, {side, side}, {0, 0}}),
                        nodes.constant(0f));
        return concat(
                IntStream.range(0, width)
                        .mapToObj(begin -> positionsFrom(begin, padded, batch))
                        .toList());
    }

    /** As many positions as the batch has. */
    private Value positionsFrom(int begin, Value tokens, Batch batch) {
        Value index = add(positions.range(batch), nodes.constant(begin));
        return nodes.add("GatherV2", tokens, index, nodes.constant(1));
    }

    @Override
    public Value largest(Value x, int count) {
        Value sorted = nodes.add("TopKV2", x, nodes.constant(count));
        Value least = column(sorted, count - 1); // [N, 1]
        return nodes.add("SelectV2", nodes.add("GreaterEqual", x, least), x, nodes.constant(0f));
    }

    @Override
    public Value column(Value x, int index) {
        return nodes.add("GatherV2", x, nodes.constants(new int[] {index}), nodes.constant(1));
    }

    @Override
    public Value tokenMask(int from, Batch batch) {
        Value lengths = nodes.reshape(batch.lengths(), nodes.constants(-1, 1)); // [B, 1]
        Value mask = nodes.toFloats(nodes.add("Less", positions.range(batch), lengths)); // [B, S]
        if (from > 0) {
            Value counts =
                    nodes.add("GreaterEqual", positions.range(batch), nodes.constant(from)); // [S]
            mask = multiply(mask, nodes.toFloats(counts));
        }
        return nodes.add("ExpandDims", mask, nodes.constant(-1));
    }

    @Override
    public Value ordinals(Batch batch) {
        Value ordinals = add(positions.range(batch), nodes.constant(1));
        return nodes.add("ExpandDims", nodes.toFloats(ordinals), nodes.constant(-1));
    }

    @Override
    public Value first(Value tokens, int from, Batch batch) {
        if (from == 0) {
            return nodes.add("GatherV2", tokens, nodes.constant(0), nodes.constant(1));
        }
        Value there = nodes.add("Greater", batch.lengths(), nodes.constant(from)); // [B]
        return gatherByRow(
                tokens, nodes.add("SelectV2", there, nodes.constant(from), nodes.constant(0)));
    }

    /** One position of each row. */
    private Value gatherByRow(Value tokens, Value index) {
        return nodes.add(
                "GatherV2", b -> b.setAttr("batch_dims", 1), tokens, index, nodes.constant(1));
    }

    @Override
    public Value last(Value tokens, int from, Batch batch) {
        Value index = nodes.add("Sub", batch.lengths(), nodes.constant(1)); // [B]
        Value last = gatherByRow(tokens, index);
        if (from == 0) {
            return last;
        }
        Value there = nodes.add("Greater", batch.lengths(), nodes.constant(from)); // [B]
        return nodes.add(
                "SelectV2",
                nodes.add("ExpandDims", there, nodes.constant(-1)),
                last,
                nodes.constant(0f));
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
        return nodes.squeeze(sums, 1); // [B, 1, H] → [B, H]
    }

    @Override
    public Value total(Value weights) {
        return nodes.add("Sum", weights, nodes.constant(1));
    }

    @Override
    public Value denseByRow(Value x, Linear linear, Activation activation) {
        Value row = nodes.add("ExpandDims", x, nodes.constant(1)); // [B, 1, in]
        Value products = productTransposed(row, variables.read(linear.weight()));
        Value y = addBias(nodes.squeeze(products, 1), linear); // [B, out]
        return activation == Activation.IDENTITY ? y : activateFilled(y, linear.out(), activation);
    }

    /**
     * On rows filled up to whole vector registers, as what does not fill one is computed otherwise.
     */
    private Value activateFilled(Value x, int width, Activation activation) {
        int missing = Math.floorMod(-width, REGISTER);
        Value filled =
                nodes.add(
                        "PadV2",
                        x,
                        nodes.constants(new int[][] {{0, 0}, {0, missing}}),
                        nodes.constant(0f));
        return truncate(activate(filled, activation), width);
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
    public Value weightedMean(List<Value> values, Weight weights) {
        Value factors = variables.read(weights); // [n]
        Value sum = multiply(values.get(0), at(factors, 0));
        for (int i = 1; i < values.size(); i++) {
            sum = add(sum, multiply(values.get(i), at(factors, i)));
        }
        return divide(sum, nodes.add("Sum", factors, nodes.constant(0)));
    }

    private Value at(Value list, int index) {
        return nodes.add("GatherV2", list, nodes.constant(index), nodes.constant(0));
    }

    @Override
    public Value concat(List<Value> values) {
        return values.size() == 1 ? values.get(0) : nodes.concat(values);
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
    public Value plus(Value x, float summand) {
        return add(x, nodes.constant(summand));
    }

    @Override
    public Value subtract(Value a, Value b) {
        return nodes.add("Sub", a, b);
    }

    @Override
    public Value multiply(Value a, Value b) {
        return nodes.add("Mul", a, b);
    }

    @Override
    public Value divide(Value a, Value b) {
        return nodes.add("RealDiv", a, b);
    }

    /**
     * By doubles: of floats the library approximates those that fill a register, and only those.
     */
    @Override
    public Value sqrt(Value x) {
        return nodes.toFloats(nodes.add("Sqrt", nodes.toDouble(x)));
    }

    @Override
    public Value atLeast(Value x, float least) {
        return nodes.add("Maximum", x, nodes.constant(least));
    }

    @Override
    public Value exp(Value x) {
        return nodes.add("Exp", x);
    }

    @Override
    public Value sum(Value x) {
        return reduced("Sum", x, -1);
    }

    @Override
    public Value largest(Value x) {
        return reduced("Max", x, -1);
    }

    @Override
    public Value largestOfMatrix(Value x) {
        return reduced("Max", x, -1, -2);
    }

    private Value reduced(String op, Value x, int... axes) {
        return nodes.add(op, b -> b.setAttr("keep_dims", true), x, nodes.constants(axes));
    }
}
