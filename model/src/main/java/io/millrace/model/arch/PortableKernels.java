package io.millrace.model.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
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

    /** Floats in the widest vector register. */
    private static final int REGISTER = 16;

    private final Nodes nodes;
    private final Variables variables;
    private final List<Value> attentions = new ArrayList<>();

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
        return nodes.add("GatherV2", variables.read(table), range(batch), nodes.constant(0));
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

    @Override
    public List<Value> dense(Value x, List<Linear> linears) {
        return linears.stream().map(linear -> dense(x, linear, Activation.IDENTITY)).toList();
    }

    @Override
    public Value gated(Value x, Linear gate, Linear up, Activation activation) {
        return multiply(dense(x, gate, activation), dense(x, up, Activation.IDENTITY));
    }

    @Override
    public Value activate(Value x, Activation activation) {
        return switch (activation) {
            case IDENTITY -> x;
            case RELU -> nodes.add("Relu", x);
            case RELU6 -> nodes.add("Relu6", x);
            case LEAKY_RELU -> nodes.add("LeakyRelu", b -> b.setAttr("alpha", 0.01f), x);
            case MISH -> multiply(x, nodes.add("Tanh", nodes.add("Softplus", x)));
            case GELU_CLIPPED -> {
                Value gelu = activate(x, Activation.GELU_ERF);
                Value floored = nodes.add("Maximum", gelu, nodes.constant(-10f));
                yield nodes.add("Minimum", floored, nodes.constant(10f));
            }
            case RELU_SQUARED -> nodes.add("Square", nodes.add("Relu", x));
            case QUICK_GELU -> multiply(x, nodes.add("Sigmoid", scale(x, 1.702f)));
            case TANH -> nodes.add("Tanh", x);
            case SIGMOID -> nodes.add("Sigmoid", x);
            case SILU -> multiply(x, nodes.add("Sigmoid", x));
            case ELU -> nodes.add("Elu", x);
            case SELU -> nodes.add("Selu", x);
            case SOFTPLUS -> nodes.add("Softplus", x);
            case SOFTSIGN -> nodes.add("Softsign", x);
            case LOG_SIGMOID -> nodes.add("Neg", nodes.add("Softplus", nodes.add("Neg", x)));
            case TANH_SHRINK -> nodes.add("Sub", x, nodes.add("Tanh", x));
            case HARD_TANH ->
                    nodes.add(
                            "Maximum",
                            nodes.add("Minimum", x, nodes.constant(1f)),
                            nodes.constant(-1f));
            case HARD_SIGMOID -> hardSigmoid(x);
            case HARD_SWISH -> multiply(x, hardSigmoid(x));
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

    /** {@code min(max(x + 3, 0), 6) / 6} */
    private Value hardSigmoid(Value x) {
        return scale(nodes.add("Relu6", add(x, nodes.constant(3f))), 1 / 6f);
    }

    @Override
    public Value norm(Value x, Norm norm) {
        Value unit =
                switch (norm.kind()) {
                    case LAYER -> {
                        Value mean = mean(x);
                        Value variance = mean(nodes.add("SquaredDifference", x, mean));
                        yield multiply(nodes.add("Sub", x, mean), inverseRoot(variance, norm));
                    }
                    case RMS -> multiply(x, inverseRoot(mean(nodes.add("Square", x)), norm));
                };
        Value scaled = multiply(unit, variables.read(norm.scale()));
        return norm.offset() == null ? scaled : add(scaled, variables.read(norm.offset()));
    }

    private Value inverseRoot(Value x, Norm norm) {
        Value positive = add(x, nodes.constant(norm.epsilon()));
        return toFloat(nodes.add("Rsqrt", toDouble(positive)));
    }

    private Value mean(Value x) {
        return nodes.add("Mean", b -> b.setAttr("keep_dims", true), x, nodes.constant(-1));
    }

    @Override
    public Value heads(Value x, int heads, int headSize, Batch batch) {
        return swapMiddle(reshape(x, append(shape(batch), heads, headSize)));
    }

    @Override
    public Value tableHeads(Value x, int heads, int headSize) {
        return swapMiddle(reshape(x, nodes.constants(1, -1, heads, headSize)));
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
        return reshape(tiled, repeated);
    }

    @Override
    public Rotation rotation(Rope rope, Batch batch) {
        Value positions = reshape(toFloat(range(batch)), nodes.constants(1, 1, -1, 1));
        Value frequencies = frequencies(rope, batch);
        Value angles = multiply(positions, frequencies); // [1 or B, 1, S, pairs]
        Value cos = nodes.add("Cos", angles);
        Value sin = nodes.add("Sin", angles);
        return rope.scale() == 1
                ? new Rotation(rope, cos, sin)
                : new Rotation(rope, scale(cos, rope.scale()), scale(sin, rope.scale()));
    }

    private Value frequencies(Rope rope, Batch batch) {
        if (rope.stretch() instanceof Rope.Switched stretch) {
            return switched(rope, stretch, batch);
        }
        if (rope.stretch() instanceof Rope.Growing stretch) {
            return growing(stretch, rope.frequencies().length, batch);
        }
        return nodes.constants(rope.frequencies());
    }

    /** Each row's frequencies by its own length. {@code [B, 1, 1, pairs]} */
    private Value switched(Rope rope, Rope.Switched stretch, Batch batch) {
        Value lengths = reshape(batch.lengths(), nodes.constants(-1, 1, 1, 1));
        return nodes.add(
                "SelectV2",
                nodes.add("Greater", lengths, nodes.constant(stretch.beyond())),
                nodes.constants(stretch.frequencies()),
                nodes.constants(rope.frequencies()));
    }

    /**
     * Each row's frequencies by its own length, the same for each position: so many numbers that
     * they fill vector registers, whatever the batch. {@code [B, 1, S, pairs]}
     */
    private Value growing(Rope.Growing stretch, int pairs, Batch batch) {
        Value lengths = reshape(toFloat(batch.lengths()), nodes.constants(-1, 1, 1, 1));
        Value zeros = scale(reshape(toFloat(range(batch)), nodes.constants(1, 1, -1, 1)), 0);
        Value length =
                add(
                        nodes.add("Maximum", lengths, nodes.constant((float) stretch.positions())),
                        zeros); // [B, 1, S, 1]
        float factor = stretch.factor();
        Value ratio =
                nodes.add(
                        "Sub",
                        exactQuotient(
                                scale(length, factor), nodes.constant((float) stretch.positions())),
                        nodes.constant(factor - 1));
        int dimensions = 2 * pairs;
        float power = (float) dimensions / (dimensions - 2);
        Value theta = scale(power(ratio, nodes.constant(power)), stretch.theta());
        float[] exponents = new float[pairs];
        for (int i = 0; i < pairs; i++) {
            exponents[i] = 2f * i / dimensions;
        }
        return exactQuotient(nodes.constant(1f), power(theta, nodes.constants(exponents)));
    }

    /** By doubles: where a divisor is known, the library would multiply by its reciprocal. */
    private Value exactQuotient(Value a, Value b) {
        return toFloat(divide(toDouble(a), toDouble(b)));
    }

    /** By doubles, as angles of late positions depend on every bit of a frequency. */
    private Value power(Value base, Value exponent) {
        return toFloat(nodes.add("Pow", toDouble(base), toDouble(exponent)));
    }

    @Override
    public Value rotate(Value heads, Rotation rotation) {
        return rotation.rope().interleaved()
                ? rotateNeighbours(heads, rotation)
                : rotateHalves(heads, rotation);
    }

    private Value rotateHalves(Value heads, Rotation rotation) {
        List<Value> halves = nodes.split(heads, 3, 2);
        List<Value> turned = turn(halves.get(0), halves.get(1), rotation);
        return concatLast(turned);
    }

    private Value rotateNeighbours(Value heads, Rotation rotation) {
        Value shape = nodes.add("Shape", heads);
        Value outer = nodes.add("Slice", shape, nodes.constants(0), nodes.constants(3));
        Value pairs = reshape(heads, append(outer, -1, 2)); // [B, h, S, d / 2, 2]
        List<Value> parts = nodes.split(pairs, 4, 2);
        List<Value> turned = turn(squeeze(parts.get(0), 4), squeeze(parts.get(1), 4), rotation);
        Value stacked =
                nodes.addList("Pack", b -> b.setAttr("axis", 4), turned.toArray(Value[]::new));
        return reshape(stacked, shape);
    }

    private List<Value> turn(Value a, Value b, Rotation rotation) {
        return List.of(
                nodes.add("Sub", multiply(a, rotation.cos()), multiply(b, rotation.sin())),
                add(multiply(b, rotation.cos()), multiply(a, rotation.sin())));
    }

    @Override
    public Value attentionBias(Batch batch, Window window) {
        Value visible = reshape(tokenMask(batch), append(rows(batch), 1, 1, -1)); // [B, 1, 1, S]
        if (window.after() < Integer.MAX_VALUE) {
            Value near = nodes.add("LessEqual", distances(batch), nodes.constant(window.after()));
            visible = multiply(visible, toFloat(near)); // [B, 1, S, S]
        }
        if (window.before() < Integer.MAX_VALUE) {
            Value near =
                    nodes.add("GreaterEqual", distances(batch), nodes.constant(-window.before()));
            visible = multiply(visible, toFloat(near));
        }
        return multiply(nodes.add("Sub", nodes.constant(1f), visible), nodes.constant(HIDDEN));
    }

    @Override
    public Value visible(Batch batch, Pattern pattern) {
        Value keys = reshape(tokenMask(batch), append(rows(batch), 1, 1, -1)); // [B, 1, 1, S]
        if (pattern.seesAll() && !batch.causal()) {
            return keys;
        }
        Value near = near(batch, pattern); // [S, S]
        if (batch.causal()) {
            near = both(near, nodes.add("LessEqual", distances(batch), nodes.constant(0)));
        }
        Value queries = reshape(tokenMask(batch), append(rows(batch), 1, -1, 1)); // [B, 1, S, 1]
        Value padding = nodes.add("Sub", nodes.constant(1f), queries);
        return multiply(keys, nodes.add("Maximum", toFloat(near), padding)); // [B, 1, S, S]
    }

    private Value near(Batch batch, Pattern pattern) {
        Value positions = range(batch);
        Value blocks = nodes.add("FloorDiv", positions, nodes.constant(pattern.block()));
        Value keyBlocks = asRow(blocks);
        Value apart = nodes.add("Sub", keyBlocks, asColumn(blocks));
        Window window = pattern.near();
        Value near =
                both(
                        nodes.add("LessEqual", apart, nodes.constant(window.after())),
                        nodes.add("GreaterEqual", apart, nodes.constant(-window.before())));
        Value global = nodes.add("Less", positions, nodes.constant(pattern.global()));
        near = either(near, either(asRow(global), asColumn(global)));
        if (pattern.drawn().length == 0) {
            return near;
        }
        Value drawn = // [S, r]
                nodes.add("GatherV2", nodes.constants(pattern.drawn()), blocks, nodes.constant(0));
        Value equal = // [S, r, S]
                nodes.add("Equal", nodes.add("ExpandDims", drawn, nodes.constant(-1)), keyBlocks);
        return either(near, nodes.add("Any", equal, nodes.constant(1)));
    }

    private Value both(Value a, Value b) {
        return nodes.add("LogicalAnd", a, b);
    }

    private Value either(Value a, Value b) {
        return nodes.add("LogicalOr", a, b);
    }

    private Value asRow(Value x) {
        return reshape(x, nodes.constants(1, -1));
    }

    private Value asColumn(Value x) {
        return reshape(x, nodes.constants(-1, 1));
    }

    @Override
    public Value hide(Value visible, float value) {
        return nodes.add(
                "SelectV2",
                nodes.add("Greater", visible, nodes.constant(0f)),
                nodes.constant(0f),
                nodes.constant(value));
    }

    /** Of column from row. {@code [S, S]} */
    private Value distances(Batch batch) {
        Value positions = range(batch);
        return nodes.add("Sub", asRow(positions), asColumn(positions));
    }

    @Override
    public Value distanceBias(Weight table, int[] rows, Batch batch) {
        Value biases =
                nodes.add(
                        "GatherV2",
                        variables.read(table),
                        pick(rows, batch),
                        nodes.constant(0)); // [S, S, h]
        Value byHead = nodes.add("Transpose", biases, nodes.constants(2, 0, 1));
        return nodes.add("ExpandDims", byHead, nodes.constant(0));
    }

    /** The entry for the distance of each column from each row. {@code [S, S]} */
    private Value pick(int[] byDistance, Batch batch) {
        int reach = byDistance.length / 2;
        Value near =
                nodes.add(
                        "Maximum",
                        nodes.add("Minimum", distances(batch), nodes.constant(reach)),
                        nodes.constant(-reach));
        return nodes.add(
                "GatherV2",
                nodes.constants(byDistance),
                add(near, nodes.constant(reach)),
                nodes.constant(0));
    }

    @Override
    public Value linearBias(float[] slopes, Batch batch) {
        Value distance = toFloat(nodes.add("Abs", distances(batch))); // [S, S]
        float[] negative = new float[slopes.length];
        for (int i = 0; i < slopes.length; i++) {
            negative[i] = -slopes[i];
        }
        return multiply(reshape(nodes.constants(negative), nodes.constants(1, -1, 1, 1)), distance);
    }

    @Override
    public Value byDistance(Value products, int[] columns, Batch batch) {
        Value byPosition = nodes.add("Transpose", products, nodes.constants(2, 0, 1, 3));
        Value picked = // [S, B, h, S]
                nodes.add(
                        "GatherV2",
                        b -> b.setAttr("batch_dims", 1),
                        byPosition,
                        pick(columns, batch),
                        nodes.constant(3));
        return nodes.add("Transpose", picked, nodes.constants(1, 2, 0, 3));
    }

    @Override
    public Value scores(Value query, Value key, float scale, Value bias) {
        return add(scale(productTransposed(query, key), scale), bias);
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
        return flatten(swapMiddle(heads), width);
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
        Value index = add(range(batch), nodes.constant(begin));
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
        Value lengths = reshape(batch.lengths(), nodes.constants(-1, 1)); // [B, 1]
        Value mask = toFloat(nodes.add("Less", range(batch), lengths)); // [B, S]
        if (from > 0) {
            Value counts = nodes.add("GreaterEqual", range(batch), nodes.constant(from)); // [S]
            mask = multiply(mask, toFloat(counts));
        }
        return nodes.add("ExpandDims", mask, nodes.constant(-1));
    }

    @Override
    public Value ordinals(Batch batch) {
        Value ordinals = add(range(batch), nodes.constant(1));
        return nodes.add("ExpandDims", toFloat(ordinals), nodes.constant(-1));
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
        return squeeze(sums, 1); // [B, 1, H] → [B, H]
    }

    @Override
    public Value total(Value weights) {
        return nodes.add("Sum", weights, nodes.constant(1));
    }

    @Override
    public Value denseByRow(Value x, Linear linear, Activation activation) {
        Value row = nodes.add("ExpandDims", x, nodes.constant(1)); // [B, 1, in]
        Value products = productTransposed(row, variables.read(linear.weight()));
        Value y = addBias(squeeze(products, 1), linear); // [B, out]
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
        return values.size() == 1 ? values.get(0) : concatLast(values);
    }

    private Value concatLast(List<Value> values) {
        return nodes.addList("ConcatV2", b -> b, values.toArray(Value[]::new), nodes.constant(-1));
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
        return toFloat(nodes.add("Sqrt", toDouble(x)));
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

    private Value toDouble(Value x) {
        return nodes.add("Cast", b -> b.setAttr("DstT", DataType.DT_DOUBLE), x);
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
