package io.millrace.model.pool;

import io.millrace.model.arch.Activation;
import io.millrace.model.arch.Kernels;
import io.millrace.model.arch.Linear;
import io.millrace.model.arch.Value;

/** A module of the sentence-transformers pipeline after pooling: one vector in, one out. */
public sealed interface Step {
    /** {@code [B, in] → [B, out]} */
    Value apply(Kernels k, Value x);

    /** A dense layer, {@code activation(x · Wᵀ + b)}. */
    record Dense(Linear linear, Activation activation) implements Step {
        @Override
        public Value apply(Kernels k, Value x) {
            return k.denseByRow(x, linear, activation);
        }
    }

    /** Scales the vector to length 1. */
    record Normalize() implements Step {
        @Override
        public Value apply(Kernels k, Value x) {
            return k.normalize(x);
        }
    }
}
