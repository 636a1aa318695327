package io.millrace.model.arch;

import java.util.List;
import java.util.Optional;

/** An encoder: its weights, and how token ids become hidden states. */
public interface Architecture {
    /** What it has in common with every other. */
    EncoderConfig config();

    /**
     * Adds the encoder to a graph.
     *
     * @return the hidden states of every position, {@code [B · S, hidden]} each: what the
     *     embeddings are, then what each layer makes of them; the last is after a final norm where
     *     there is one, as the reference counts them
     */
    List<Value> forward(Kernels k, Batch batch);

    /** Why tokens cannot be made to attend only to earlier ones; empty: they can. */
    default Optional<String> whyNotCausal() {
        return Optional.empty();
    }

    /**
     * Reads the configuration, then asks for every tensor; loads none.
     *
     * @param keys {@code config.json}
     */
    static Architecture read(ModelType type, ConfigKeys keys, Weights weights) {
        return switch (type) {
            case BERT, ROBERTA, XLM_ROBERTA, CAMEMBERT, ELECTRA -> new Bert(type, keys, weights);
            case DISTILBERT -> new DistilBert(keys, weights);
            case MPNET -> new Mpnet(keys, weights);
            case ALBERT -> new Albert(keys, weights);
            case NOMIC_BERT -> new NomicBert(keys, weights);
            case MODERNBERT -> new ModernBert(keys, weights);
            case GTE, NEW -> new Gte(type, keys, weights);
            case JINA_BERT -> new JinaBert(keys, weights);
            case JINA_EMBEDDINGS_V3 -> new JinaV3(keys, weights);
            case T5, MT5 -> new T5(type, keys, weights);
            case DEBERTA_V2 -> new DebertaV2(keys, weights);
            case LLAMA, MISTRAL, QWEN2, QWEN3, EUROBERT -> new Llama(type, keys, weights);
            case GEMMA3_TEXT -> new Gemma3(keys, weights);
            case TRANSFORMER -> new Transformer(keys, weights);
        };
    }
}
