package io.millrace.model.arch;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tensorflow.Graph;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;

/**
 * The fused operations of TensorFlow's CPU build, which run on oneDNN, made directly: TensorFlow's
 * optimiser finds them only in certain shapes of graph, and never knows that a variable stays what
 * it is. Told so here, oneDNN lays weights out once as its fastest kernels want them.
 *
 * <p>Their attributes are those of TensorFlow's <a
 * href="https://github.com/tensorflow/tensorflow/blob/v2.18.0/tensorflow/core/ops/mkl_nn_ops.cc">mkl_nn_ops.cc</a>.
 */
final class OneDnnKernels extends PortableKernels {
    static final String DENSE = "_MklNativeFusedMatMul";
    static final String LAYER_NORM = "_MklLayerNorm";
    static final String SCORES = "_MklFusedBatchMatMulV2";

    /** Says that the operation came out of TensorFlow's own rewriting, and has this kernel. */
    static final String LABEL = "MklNameChangeOp";

    OneDnnKernels(Graph graph, DataType floats) {
        this(new Nodes(graph, floats));
    }

    private OneDnnKernels(Nodes nodes) {
        super(nodes);
    }

    @Override
    public PortableKernels exact() {
        return nodes.exact() == nodes ? this : new OneDnnKernels(nodes.exact());
    }

    @Override
    public Value dense(Value x, Linear linear, Activation activation) {
        return switch (activation) {
            case RELU -> matMul(x, linear, "Relu", null);
            case RELU6 -> matMul(x, linear, "Relu6", null);
            case ELU -> matMul(x, linear, "Elu", null);
            case TANH -> matMul(x, linear, "Tanh", null);
            case SIGMOID -> matMul(x, linear, "Sigmoid", null);
            case GELU_ERF -> matMul(x, linear, "GeluExact", null);
            case GELU_TANH -> matMul(x, linear, "GeluApproximate", null);
            default -> activate(matMul(x, linear, null, null), activation);
        };
    }

    @Override
    public Value denseAdd(Value x, Linear linear, Value residual) {
        return matMul(x, linear, "Add", residual);
    }

    /** One product for all, then cut. */
    @Override
    public List<Value> dense(Value x, List<Linear> linears) {
        return nodes.split(packed(x, linears), 1, linears.stream().map(Linear::out).toList());
    }

    private Value packed(Value x, List<Linear> linears) {
        return matMul(x, Linear.pack(linears), null, null);
    }

    /** One product for all; where all are as wide, nothing is copied to cut it. */
    @Override
    public List<Value> denseHeads(Value x, List<Linear> linears, int headSize, Batch batch) {
        Value all = packed(x, linears);
        List<Integer> heads = linears.stream().map(linear -> linear.out() / headSize).toList();
        if (heads.stream().distinct().count() > 1) {
            int sum = heads.stream().mapToInt(Integer::intValue).sum();
            return nodes.split(heads(all, sum, headSize, batch), 1, heads);
        }
        return nodes.unpack(
                swapPacked(all, linears.size(), heads.get(0), headSize, batch), linears.size());
    }

    /** {@code x · Wᵀ + b}, then an activation or a sum. */
    private Value matMul(Value x, Linear linear, @Nullable String fused, @Nullable Value residual) {
        List<Value> arguments = new ArrayList<>();
        // Without a bias there is no fused operation, and no layout of the weights.
        arguments.add(variables.read(linear.biasOrZeros()));
        if (residual != null) {
            arguments.add(residual);
        }
        String[] fusedOps =
                fused == null ? new String[] {"BiasAdd"} : new String[] {"BiasAdd", fused};
        return nodes.add(
                DENSE,
                b ->
                        b.setAttr("T", nodes.floats())
                                .setAttr("transpose_b", true)
                                .setAttr("num_args", arguments.size())
                                .setAttr("fused_ops", fusedOps)
                                .setAttr("is_filter_const", true)
                                .setAttr("_kernel", LABEL),
                List.of(x, variables.read(linear.weight())),
                arguments);
    }

    @Override
    public Value norm(Value x, Norm norm) {
        return switch (norm.kind()) {
            case RMS -> super.norm(x, norm);
            case LAYER -> {
                Weight offset = norm.offset() == null ? Weight.zeros(norm.width()) : norm.offset();
                yield nodes.add(
                        LAYER_NORM,
                        b -> b.setAttr("epsilon", norm.epsilon()),
                        x,
                        variables.read(norm.scale()),
                        variables.read(offset));
            }
        };
    }

    @Override
    public Value scores(Value query, Value key, float scale, Value bias) {
        return isSameForHeads(bias)
                ? nodes.add(
                        SCORES,
                        b ->
                                b.setAttr("T", nodes.floats())
                                        .setAttr("adj_y", true)
                                        .setAttr("num_args", 2)
                                        .setAttr("fused_ops", new String[] {"Mul", "Add"}),
                        List.of(query, key),
                        List.of(nodes.constant(scale), bias))
                : super.scores(query, key, scale, bias);
    }

    private static boolean isSameForHeads(Value bias) {
        Shape shape = bias.operand().asOutput().shape();
        return shape.numDimensions() == 4 && shape.get(1) == 1;
    }
}
