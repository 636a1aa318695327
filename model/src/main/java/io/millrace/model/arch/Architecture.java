package io.millrace.model.arch;

/** An encoder: its weights, and how token ids become hidden states. */
public sealed interface Architecture permits Bert {
    /**
     * Adds the encoder to a graph.
     *
     * @return {@code [B · S, hidden]}, the last hidden state of every position
     */
    Value forward(Kernels k, Batch batch);

    /** Asks for every tensor that the architecture needs; loads none. */
    static Architecture read(EncoderConfig config, Weights weights) {
        return switch (config.modelType()) {
            case BERT -> new Bert(config, weights);
        };
    }
}
