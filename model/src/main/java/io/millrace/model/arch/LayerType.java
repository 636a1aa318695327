package io.millrace.model.arch;

import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** What a layer's tokens see, where a model has layers of both kinds. */
enum LayerType {
    /** All tokens. */
    FULL("full_attention"),
    /** Those within a window. */
    SLIDING("sliding_attention");

    private final String key;

    LayerType(String key) {
        this.key = key;
    }

    /** The types of all layers: {@code layer_types}, or by a rule where that is absent. */
    static List<LayerType> read(ConfigKeys keys, int layers, IntFunction<LayerType> rule) {
        List<String> names = keys.texts("layer_types");
        if (!keys.has("layer_types")) {
            return IntStream.range(0, layers).mapToObj(rule).toList();
        }
        boolean known = names.stream().allMatch(n -> n.equals(FULL.key) || n.equals(SLIDING.key));
        if (names.size() != layers || !known) {
            keys.problem(
                    "layer_types",
                    "%s or %s for each of %d layers".formatted(FULL.key, SLIDING.key, layers));
            return IntStream.range(0, layers).mapToObj(rule).toList();
        }
        return names.stream().map(n -> n.equals(FULL.key) ? FULL : SLIDING).toList();
    }

    /** The parameters of rotary positions for layers of this type. */
    ConfigKeys rope(ConfigKeys keys) {
        return keys.has("rope_scaling")
                ? keys.object("rope_scaling")
                : keys.object("rope_parameters").object(key);
    }
}
