package io.millrace.model.arch;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rotary positions: pairs of a head's components are turned by an angle that grows with the
 * position.
 *
 * <p>Su et al. 2021, <a href="https://arxiv.org/abs/2104.09864">RoFormer</a>; the ways to stretch
 * it to longer texts are those of Hugging Face's <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/modeling_rope_utils.py">modeling_rope_utils.py</a>.
 * All of it is computed in float32, as there: angles of late positions depend on every bit.
 *
 * @param frequencies {@code [dimensions / 2]}, the angle of each pair from one position to the next
 * @param scale of cosine and sine
 * @param stretch what changes for long texts; null: nothing
 * @param interleaved whether a pair is two neighbours, and not one component of each half
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Rope(
        float[] frequencies, float scale, @Nullable Stretch stretch, boolean interleaved) {
    /** What changes for texts beyond a length. */
    sealed interface Stretch {}

    /** Other frequencies for texts of more tokens than this. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Switched(float[] frequencies, int beyond) implements Stretch {}

    /** A base that grows with the text's length beyond these positions, "dynamic NTK". */
    record Growing(float theta, float factor, int positions) implements Stretch {}

    private static final float MIN_THETA = 1e-3f;
    private static final String TYPES = "default, linear, dynamic, llama3, yarn or longrope";

    /** How many components of a head are turned. */
    int dimensions() {
        return 2 * frequencies.length;
    }

    /** Without any stretching. */
    static Rope plain(float theta, int dimensions) {
        return new Rope(frequencies(theta, dimensions), 1, null, false);
    }

    /** As the top of a configuration says it, in the form of today or of yesterday. */
    static Rope read(ConfigKeys keys, int dimensions, float defaultTheta, int maxPositions) {
        float theta = keys.number("rope_theta", defaultTheta, MIN_THETA, Float.MAX_VALUE);
        ConfigKeys parameters =
                keys.object(keys.has("rope_scaling") ? "rope_scaling" : "rope_parameters");
        String type = parameters.text("rope_type", parameters.text("type", "default"));
        boolean truncate = parameters.flag("truncate", true);
        return read(keys, parameters, type, truncate, theta, dimensions, maxPositions);
    }

    /**
     * As the parameters of one type of layers say it. The reference does not look into them for
     * {@code truncate}, nor for {@code type} in the older form.
     *
     * @param keys the whole configuration
     * @param parameters those of the layers
     */
    static Rope readNested(
            ConfigKeys keys,
            ConfigKeys parameters,
            float defaultTheta,
            int dimensions,
            int maxPositions) {
        String otherwise =
                keys.has("rope_scaling") ? "default" : parameters.text("type", "default");
        String type = parameters.text("rope_type", otherwise);
        return read(keys, parameters, type, true, defaultTheta, dimensions, maxPositions);
    }

    private static Rope read(
            ConfigKeys keys,
            ConfigKeys parameters,
            String type,
            boolean truncate,
            float defaultTheta,
            int dimensions,
            int maxPositions) {
        float theta = parameters.number("rope_theta", defaultTheta, MIN_THETA, Float.MAX_VALUE);
        if (dimensions % 2 != 0) {
            keys.problem("head_dim", "an even number, as rotary positions turn pairs");
            return plain(theta, 2);
        }
        float turned =
                parameters.number(
                        "partial_rotary_factor",
                        keys.number("partial_rotary_factor", 1, 0, 1),
                        0,
                        1);
        if (turned != 1 && !type.equals("default")) { // which does not look for it
            parameters.problem("partial_rotary_factor", "1");
        }
        float[] plain = frequencies(theta, dimensions);
        return switch (type) {
            case "default" -> new Rope(plain, 1, null, false);
            case "linear" -> {
                float factor = factor(parameters);
                yield new Rope(map(plain, f -> f / factor), 1, null, false);
            }
            case "ntk" -> {
                // Alibaba's "new": a larger base, and all frequencies lower by as much as the base
                // raises the first.
                float factor = factor(parameters);
                float down = (float) Math.pow(factor, 2.0 / dimensions);
                yield new Rope(
                        map(frequencies(theta * factor, dimensions), f -> f / down),
                        1,
                        null,
                        false);
            }
            case "dynamic" ->
                    new Rope(plain, 1, new Growing(theta, factor(parameters), maxPositions), false);
            case "llama3" -> llama3(parameters, plain, original(keys, parameters, maxPositions));
            case "yarn" ->
                    yarn(
                            parameters,
                            truncate,
                            theta,
                            dimensions,
                            original(keys, parameters, maxPositions),
                            maxPositions);
            case "longrope", "su" ->
                    longRope(
                            parameters,
                            theta,
                            dimensions,
                            original(keys, parameters, maxPositions),
                            maxPositions);
            default -> {
                parameters.problem(parameters.has("rope_type") ? "rope_type" : "type", TYPES);
                yield new Rope(plain, 1, null, false);
            }
        };
    }

    private static float factor(ConfigKeys parameters) {
        if (!parameters.has("factor")) {
            parameters.problem("factor", "a number from 1");
        }
        return parameters.number("factor", 1, 1, Float.MAX_VALUE);
    }

    /** The positions of the training. */
    private static int original(ConfigKeys keys, ConfigKeys parameters, int maxPositions) {
        String key = "original_max_position_embeddings";
        int inside = parameters.rows(key, maxPositions);
        return keys.has(key) ? keys.rows(key, inside) : inside;
    }

    static float[] frequencies(float theta, int dimensions) {
        float[] frequencies = new float[dimensions / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = 1f / power(theta, i, dimensions);
        }
        return frequencies;
    }

    /** {@code thetaʸ} with {@code y = 2i / dimensions}. */
    private static float power(float theta, int i, int dimensions) {
        return (float) Math.pow(theta, 2f * i / dimensions);
    }

    private static float[] map(float[] numbers, Weight.Change change) {
        float[] changed = new float[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            changed[i] = change.of(numbers[i]);
        }
        return changed;
    }

    /** Long waves are stretched, short ones stay, between them a blend. */
    private static Rope llama3(ConfigKeys parameters, float[] plain, int original) {
        float factor = factor(parameters);
        float low = parameters.number("low_freq_factor", 1, 0, Float.MAX_VALUE);
        float high = parameters.number("high_freq_factor", 4, 0, Float.MAX_VALUE);
        if (high <= low) {
            parameters.problem("high_freq_factor", "more than low_freq_factor " + low);
        }
        return new Rope(
                map(
                        plain,
                        f -> {
                            float wave = (float) (2 * Math.PI) / f;
                            if (wave > original / low) {
                                return f / factor;
                            }
                            if (wave < original / high) {
                                return f;
                            }
                            float smooth = (original / wave - low) / (high - low);
                            return (1 - smooth) * f / factor + smooth * f;
                        }),
                1,
                null,
                false);
    }

    /** Peng et al. 2023, <a href="https://arxiv.org/abs/2309.00071">YaRN</a>. */
    private static Rope yarn(
            ConfigKeys parameters,
            boolean truncate,
            float theta,
            int dimensions,
            int original,
            int maxPositions) {
        float factor =
                parameters.number("factor", (float) maxPositions / original, 0, Float.MAX_VALUE);
        double fast = parameters.number("beta_fast", 32, 0, Float.MAX_VALUE);
        double slow = parameters.number("beta_slow", 1, 0, Float.MAX_VALUE);
        double low = correction(fast == 0 ? 32 : fast, theta, dimensions, original);
        double high = correction(slow == 0 ? 1 : slow, theta, dimensions, original);
        if (truncate) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, dimensions - 1.0);
        if (low == high) {
            high += 0.001;
        }
        float[] frequencies = new float[dimensions / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float power = power(theta, i, dimensions);
            float ramp = (i - (float) low) / (float) (high - low);
            float kept = 1 - Math.min(Math.max(ramp, 0), 1);
            frequencies[i] = 1f / (factor * power) * (1 - kept) + 1f / power * kept;
        }
        return new Rope(frequencies, yarnScale(parameters, factor), null, false);
    }

    /** The pair of components that turns so many times over the positions of the training. */
    private static double correction(double turns, float theta, int dimensions, int original) {
        return dimensions * Math.log(original / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
    }

    private static float yarnScale(ConfigKeys parameters, float factor) {
        float mscale = parameters.number("mscale", 0, 0, Float.MAX_VALUE);
        float mscaleAll = parameters.number("mscale_all_dim", 0, 0, Float.MAX_VALUE);
        double scale =
                mscale != 0 && mscaleAll != 0
                        ? yarnScale(factor, mscale) / yarnScale(factor, mscaleAll)
                        : yarnScale(factor, 1);
        return parameters.number("attention_factor", (float) scale, 0, Float.MAX_VALUE);
    }

    private static double yarnScale(float factor, float mscale) {
        return factor <= 1 ? 1 : 0.1 * mscale * Math.log(factor) + 1;
    }

    /** Ding et al. 2024, <a href="https://arxiv.org/abs/2402.13753">LongRoPE</a>. */
    private static Rope longRope(
            ConfigKeys parameters, float theta, int dimensions, int original, int maxPositions) {
        float factor =
                parameters.number("factor", (float) maxPositions / original, 0, Float.MAX_VALUE);
        double scale = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
        return new Rope(
                longRope(parameters, "short_factor", theta, dimensions),
                parameters.number("attention_factor", (float) scale, 0, Float.MAX_VALUE),
                new Switched(longRope(parameters, "long_factor", theta, dimensions), original),
                false);
    }

    private static float[] longRope(
            ConfigKeys parameters, String key, float theta, int dimensions) {
        List<Float> factors = parameters.numbers(key);
        float[] frequencies = new float[dimensions / 2];
        if (factors.size() != frequencies.length) {
            parameters.problem(key, "%d numbers".formatted(frequencies.length));
            return frequencies;
        }
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = 1f / (factors.get(i) * power(theta, i, dimensions));
        }
        return frequencies;
    }
}
