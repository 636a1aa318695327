package io.millrace.model.arch;

import java.util.Arrays;
import java.util.Optional;

/** The values of {@code model_type} in {@code config.json} that can be run. */
public enum ModelType {
    /** See {@link Bert}. */
    BERT("bert");

    private final String key;

    ModelType(String key) {
        this.key = key;
    }

    /** As {@code config.json} spells it. */
    public String key() {
        return key;
    }

    /** The architecture that {@code config.json} spells like this. */
    public static Optional<ModelType> of(String key) {
        return Arrays.stream(values()).filter(type -> type.key.equals(key)).findFirst();
    }

    /**
     * The prefix that tensor names carry when the encoder was saved inside a larger model.
     *
     * @see <a
     *     href="https://github.com/huggingface/transformers/blob/main/src/transformers/core_model_loading.py">the
     *     reference's renaming</a>
     */
    public String tensorPrefix() {
        return switch (this) {
            case BERT -> "bert.";
        };
    }
}
