package io.millrace.model.arch;

/** The function between two dense layers. */
public enum Activation {
    /** None. */
    IDENTITY,
    /** {@code x · Φ(x)} with the error function: Hugging Face {@code gelu}. */
    GELU_ERF,
    /** The tanh approximation of GELU: {@code gelu_new}, {@code gelu_pytorch_tanh}. */
    GELU_TANH,
    /** {@code max(x, 0)}. */
    RELU,
    /** {@code x · σ(x)}: Hugging Face {@code silu} and {@code swish}. */
    SILU,
    /** {@code 1 / (1 + e⁻ˣ)}. */
    SIGMOID,
    /** Hyperbolic tangent. */
    TANH
}
