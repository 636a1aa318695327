package io.millrace.model.arch;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The encoders that can be run, by what {@code config.json} calls them. */
public enum ModelType {
    /** See {@link Bert}. */
    BERT("bert."),
    /** See {@link Bert}. */
    ROBERTA("roberta."),
    /** See {@link Bert}. */
    XLM_ROBERTA("roberta.", "xlm-roberta", "xlm-roberta."),
    /** See {@link Bert}. */
    CAMEMBERT("roberta.", "camembert", "camembert."),
    /** See {@link Bert}. */
    ELECTRA("electra."),
    /** See {@link DistilBert}. */
    DISTILBERT("distilbert."),
    /** See {@link Mpnet}. */
    MPNET("mpnet."),
    /** See {@link Albert}. */
    ALBERT("albert."),
    /** See {@link NomicBert}. */
    NOMIC_BERT("nomic_bert."),
    /** See {@link ModernBert}. */
    MODERNBERT("model."),
    /** See {@link Gte}. */
    GTE("gte.", "gte", "new."),
    /** What {@link #GTE} was called before it was a part of transformers. */
    NEW("new.", "new", "gte."),
    /** A {@code bert} whose code is Jina's. See {@link JinaBert}. */
    JINA_BERT("bert.", "bert", "bert."),
    /** See {@link JinaV3}. */
    JINA_EMBEDDINGS_V3("roberta."),
    /** See {@link T5}. */
    T5("", "t5", ""),
    /** See {@link T5}. */
    MT5("", "mt5", ""),
    /** See {@link DebertaV2}. */
    DEBERTA_V2("deberta.", "deberta-v2", "deberta."),
    /** See {@link Llama}. */
    LLAMA("model."),
    /** See {@link Llama}. */
    MISTRAL("model."),
    /** See {@link Llama}. */
    QWEN2("model."),
    /** See {@link Llama}. */
    QWEN3("model."),
    /** See {@link Llama}. */
    EUROBERT("model."),
    /** See {@link Gemma3}. */
    GEMMA3_TEXT("model."),
    /** See {@link Transformer}. */
    TRANSFORMER("encoder.", "transformer", "transformer_encoder.");

    private final String tensorPrefix;
    private final String otherPrefix;
    private final String key;

    ModelType(String tensorPrefix) {
        this.tensorPrefix = tensorPrefix;
        this.otherPrefix = tensorPrefix;
        this.key = name().toLowerCase(Locale.ROOT);
    }

    ModelType(String tensorPrefix, String key, String otherPrefix) {
        this.tensorPrefix = tensorPrefix;
        this.otherPrefix = otherPrefix;
        this.key = key;
    }

    /** As {@code model_type} in {@code config.json} spells it. */
    public String key() {
        return key;
    }

    /** The architecture that a configuration is of; noted as a problem when there is none. */
    public static Optional<ModelType> of(ConfigKeys keys) {
        String key = keys.text("model_type", "");
        if (JinaBert.isMeant(keys)) {
            return Optional.of(JINA_BERT);
        }
        Optional<ModelType> type =
                Arrays.stream(values()).filter(known -> known.key.equals(key)).findFirst();
        if (type.isEmpty()) {
            keys.problem("model_type", "one of " + keys());
        }
        return type;
    }

    private static String keys() {
        return Arrays.stream(values())
                .map(ModelType::key)
                .distinct()
                .collect(Collectors.joining(", "));
    }

    /**
     * The prefixes that tensor names may carry when the encoder was saved inside a larger model.
     *
     * @see <a
     *     href="https://github.com/huggingface/transformers/blob/main/src/transformers/core_model_loading.py">the
     *     reference's renaming</a>
     */
    public List<String> tensorPrefixes() {
        return List.of(tensorPrefix, otherPrefix);
    }
}
