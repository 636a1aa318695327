package io.millrace.model.arch;

import java.util.List;

/**
 * The keys of {@code config.json}, asked for by their Hugging Face names.
 *
 * <p>A value that cannot be used is noted as a problem of the directory and replaced by the
 * fallback, so that reading goes on and one reading finds all problems. Every number has bounds, so
 * that nothing is allocated by a number's say-so. A key that is null counts as absent.
 */
public interface ConfigKeys {
    /** Most of a hidden size, a head size, a number of heads. */
    int MAX_WIDTH = 1 << 16;

    /** Most of a number of layers. */
    int MAX_LAYERS = 1 << 10;

    /** Most rows of a table: words, positions. */
    int MAX_ROWS = 1 << 24;

    /** Whether the key is there and not null. */
    boolean has(String key);

    /** Whether the key is there, and null: what a default says is not meant. */
    boolean isNull(String key);

    /** A whole number between bounds. */
    int count(String key, int fallback, int min, int max);

    /** A number between bounds. */
    float number(String key, float fallback, float min, float max);

    /** True or false. */
    boolean flag(String key, boolean fallback);

    /** A string. */
    String text(String key, String fallback);

    /** An array of strings, or one string; empty when the key is absent. */
    List<String> texts(String key);

    /** An array of numbers; empty when the key is absent. */
    List<Float> numbers(String key);

    /** An object inside; one without keys when the key is absent. */
    ConfigKeys object(String key);

    /** Notes that the value of a key is not as expected. */
    void problem(String key, String expected);

    /** A hidden size, a head size, a number of heads. */
    default int width(String key, int fallback) {
        return count(key, fallback, 1, MAX_WIDTH);
    }

    /** The width of a feed-forward part. */
    default int intermediate(String key, int fallback) {
        return count(key, fallback, 1, 4 * MAX_WIDTH);
    }

    /** A number of layers. */
    default int layers(String key, int fallback) {
        return count(key, fallback, 1, MAX_LAYERS);
    }

    /** A number of rows. */
    default int rows(String key, int fallback) {
        return count(key, fallback, 1, MAX_ROWS);
    }

    /** What is added to a variance. */
    default float epsilon(String key, float fallback) {
        return number(key, fallback, 0, 1);
    }

    /** A token id. */
    default int id(String key, int fallback) {
        return count(key, fallback, 0, MAX_ROWS);
    }

    /**
     * An activation by its name in <a
     * href="https://github.com/huggingface/transformers/blob/main/src/transformers/activations.py">activations.py</a>.
     */
    default Activation activation(String key, String fallback) {
        return Activation.of(text(key, fallback))
                .orElseGet(
                        () -> {
                            problem(key, "one of " + Activation.names());
                            return Activation.IDENTITY;
                        });
    }
}
