package io.millrace.model.arch;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The function between two dense layers. */
public enum Activation {
    /** None. */
    IDENTITY,
    /** {@code x · Φ(x)} with the error function: Hugging Face {@code gelu}. */
    GELU_ERF,
    /** The tanh approximation of GELU: {@code gelu_new}, {@code gelu_pytorch_tanh}. */
    GELU_TANH,
    /** {@code x · σ(1.702 x)}. */
    QUICK_GELU,
    /** {@code max(x, 0)}. */
    RELU,
    /** {@code max(x, 0)²}. */
    RELU_SQUARED,
    /** {@code min(max(x, 0), 6)}. */
    RELU6,
    /** {@code x}, or a hundredth of it where it is negative. */
    LEAKY_RELU,
    /** {@code x · min(max(x + 3, 0), 6) / 6}. */
    HARD_SWISH,
    /** {@code x · tanh(ln(1 + eˣ))}. */
    MISH,
    /** {@link #GELU_ERF}, but at most 10: {@code gelu_10}. */
    GELU_CLIPPED,
    /** {@code x · σ(x)}: Hugging Face {@code silu} and {@code swish}. */
    SILU,
    /** {@code 1 / (1 + e⁻ˣ)}. */
    SIGMOID,
    /** Hyperbolic tangent. */
    TANH,
    /** {@code x}, and {@code eˣ - 1} below zero. */
    ELU,
    /** ELU, scaled so that variance stays. */
    SELU,
    /** {@code ln(1 + eˣ)}. */
    SOFTPLUS,
    /** {@code x / (1 + |x|)}. */
    SOFTSIGN,
    /** {@code ln(1 / (1 + e⁻ˣ))}. */
    LOG_SIGMOID,
    /** {@code x - tanh(x)}. */
    TANH_SHRINK,
    /** {@code x} between -1 and 1. */
    HARD_TANH,
    /** {@code min(max(x + 3, 0), 6) / 6}. */
    HARD_SIGMOID;

    private static final Map<String, Activation> BY_NAME =
            new TreeMap<>(
                    Map.ofEntries(
                            Map.entry("gelu", GELU_ERF),
                            Map.entry("gelu_python", GELU_ERF),
                            Map.entry("gelu_new", GELU_TANH),
                            Map.entry("gelu_fast", GELU_TANH),
                            Map.entry("gelu_pytorch_tanh", GELU_TANH),
                            Map.entry("gelu_python_tanh", GELU_TANH),
                            Map.entry("gelu_accurate", GELU_TANH),
                            Map.entry("gelu_10", GELU_CLIPPED),
                            Map.entry("hardswish", HARD_SWISH),
                            Map.entry("leaky_relu", LEAKY_RELU),
                            Map.entry("mish", MISH),
                            Map.entry("quick_gelu", QUICK_GELU),
                            Map.entry("linear", IDENTITY),
                            Map.entry("relu", RELU),
                            Map.entry("relu2", RELU_SQUARED),
                            Map.entry("relu6", RELU6),
                            Map.entry("silu", SILU),
                            Map.entry("swish", SILU),
                            Map.entry("sigmoid", SIGMOID),
                            Map.entry("tanh", TANH)));

    /** The activation that Hugging Face calls this. */
    public static Optional<Activation> of(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** All names, in alphabetical order. */
    public static String names() {
        return String.join(", ", BY_NAME.keySet());
    }
}
