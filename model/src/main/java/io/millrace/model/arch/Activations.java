package io.millrace.model.arch;

/** Activations made of public operations, as {@link Kernels#activate} gives them. */
final class Activations {
    private final Nodes nodes;

    Activations(Nodes nodes) {
        this.nodes = nodes;
    }

    Value activate(Value x, Activation activation) {
        return switch (activation) {
            case IDENTITY -> x;
            case RELU -> nodes.add("Relu", x);
            case RELU6 -> nodes.add("Relu6", x);
            case LEAKY_RELU -> nodes.add("LeakyRelu", b -> b.setAttr("alpha", 0.01f), x);
            case MISH -> nodes.product(x, nodes.add("Tanh", nodes.add("Softplus", x)));
            case GELU_CLIPPED -> {
                Value gelu = activate(x, Activation.GELU_ERF);
                Value floored = nodes.add("Maximum", gelu, nodes.constant(-10f));
                yield nodes.add("Minimum", floored, nodes.constant(10f));
            }
            case RELU_SQUARED -> nodes.add("Square", nodes.add("Relu", x));
            case QUICK_GELU -> nodes.product(x, nodes.add("Sigmoid", nodes.scaled(x, 1.702f)));
            case TANH -> nodes.add("Tanh", x);
            case SIGMOID -> nodes.add("Sigmoid", x);
            case SILU -> nodes.product(x, nodes.add("Sigmoid", x));
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
            case HARD_SWISH -> nodes.product(x, hardSigmoid(x));
            case GELU_ERF -> {
                Value erf =
                        nodes.add("Erf", nodes.product(x, nodes.constant((float) Math.sqrt(0.5))));
                Value half = nodes.product(x, nodes.constant(0.5f));
                yield nodes.product(half, nodes.sum(erf, nodes.constant(1f)));
            }
            case GELU_TANH -> {
                Value cubed =
                        nodes.product(
                                nodes.product(nodes.constant(0.044715f), x),
                                nodes.add("Square", x));
                Value inner =
                        nodes.product(
                                nodes.constant((float) Math.sqrt(2 / Math.PI)),
                                nodes.sum(x, cubed));
                Value gate =
                        nodes.product(
                                nodes.constant(0.5f),
                                nodes.sum(nodes.constant(1f), nodes.add("Tanh", inner)));
                yield nodes.product(gate, x);
            }
        };
    }

    /** {@code min(max(x + 3, 0), 6) / 6} */
    private Value hardSigmoid(Value x) {
        return nodes.scaled(nodes.add("Relu6", nodes.sum(x, nodes.constant(3f))), 1 / 6f);
    }
}
