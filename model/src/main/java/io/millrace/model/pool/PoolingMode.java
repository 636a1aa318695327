package io.millrace.model.pool;

import java.util.Arrays;
import java.util.Optional;

/**
 * How the vectors of a text's tokens become one, in the order in which sentence-transformers puts
 * several side by side when the old form of its configuration asks for them.
 */
public enum PoolingMode {
    CLS("cls", "pooling_mode_cls_token"),
    MAX("max", "pooling_mode_max_tokens"),
    MEAN("mean", "pooling_mode_mean_tokens"),
    /** Sum over the square root of the count. */
    MEAN_SQRT_LEN("mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens"),
    /** Later positions weigh more: 1, 2, 3, … */
    WEIGHTED_MEAN("weightedmean", "pooling_mode_weightedmean_tokens"),
    LAST_TOKEN("lasttoken", "pooling_mode_lasttoken");

    private final String key;
    private final String legacyKey;

    PoolingMode(String key, String legacyKey) {
        this.key = key;
        this.legacyKey = legacyKey;
    }

    /** A value of {@code pooling_mode}. */
    public String key() {
        return key;
    }

    /** The boolean that older versions wrote instead. */
    public String legacyKey() {
        return legacyKey;
    }

    /** The mode that {@code pooling_mode} spells like this. */
    public static Optional<PoolingMode> of(String key) {
        return Arrays.stream(values()).filter(mode -> mode.key.equals(key)).findFirst();
    }
}
