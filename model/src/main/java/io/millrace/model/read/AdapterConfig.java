package io.millrace.model.read;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.model.adapt.NamePattern;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What {@code adapter_config.json} says, as <a
 * href="https://github.com/huggingface/peft/blob/main/src/peft/tuners/lora/config.py">PEFT</a>
 * writes it.
 *
 * @param base what the adapter was trained on: a path, or a model of the Hub
 * @param rank of every module for which no pattern says otherwise
 * @param tokens which tokens have rows of their own, by the end of their table's name
 * @param rootedScale whether the scale is α/√r and not α/r
 * @param givesLengths whether it is DoRA
 * @param isSound whether no problem was noted
 */
record AdapterConfig(
        String base,
        int rank,
        float alpha,
        Map<NamePattern, Integer> ranks,
        Map<NamePattern, Float> alphas,
        Map<String, List<Long>> tokens,
        boolean rootedScale,
        boolean givesLengths,
        boolean isSound) {
    static final String FILE = "adapter_config.json";

    private static final String TOKENS = "trainable_token_indices";
    private static final int MAX_RANK = 1 << 16;
    private static final float MAX_ALPHA = 1e9f;
    private static final int MAX_PATTERNS = 10_000;

    /** Keys that say how it was trained, what it is for, or what its tensors say themselves. */
    private static final Set<String> HARMLESS =
            Set.of(
                    "auto_mapping",
                    "bias",
                    "ensure_weight_tying",
                    "eva_config",
                    "exclude_modules",
                    "fan_in_fan_out", // for a kind of layer that no encoder here has
                    "inference_mode",
                    "layers_pattern",
                    "layers_to_transform",
                    "lora_bias",
                    "lora_dropout",
                    "megatron_config",
                    "megatron_core",
                    "modules_to_save",
                    "peft_version",
                    "qalora_group_size",
                    "revision",
                    "runtime_config",
                    "target_modules",
                    "task_type");

    private static final Set<String> READ =
            Set.of(
                    "alpha_pattern",
                    "base_model_name_or_path",
                    "init_lora_weights",
                    "lora_alpha",
                    "peft_type",
                    "r",
                    "rank_pattern",
                    TOKENS,
                    "use_dora",
                    "use_rslora");

    /** Ways to begin a training that leave the base as it is; the others change it. */
    private static final Set<String> BEGINNINGS = Set.of("gaussian", "eva", "orthogonal");

    static AdapterConfig read(JsonFile json, Problems problems) {
        int problemsBefore = problems.count();
        if (!json.text("peft_type", "").equals("LORA")) {
            json.problem("peft_type", "LORA");
        }
        JsonNode beginning = json.get("init_lora_weights");
        if (beginning.isTextual() && !BEGINNINGS.contains(beginning.textValue())) {
            json.problem(
                    "init_lora_weights",
                    "true, false or one of " + BEGINNINGS.stream().sorted().toList());
        }
        for (Map.Entry<String, JsonNode> entry : json.entries()) {
            boolean known = HARMLESS.contains(entry.getKey()) || READ.contains(entry.getKey());
            if (!known && saysSomething(entry.getValue())) {
                json.problem(entry.getKey(), "nothing, null or false: it is not supported");
            }
        }
        String base = json.text("base_model_name_or_path", "");
        int rank = json.count("r", 8, 1, MAX_RANK);
        float alpha = json.number("lora_alpha", 8, -MAX_ALPHA, MAX_ALPHA);
        Map<NamePattern, Integer> ranks =
                patterns(json, "rank_pattern", AdapterConfig::isRank, JsonNode::intValue);
        Map<NamePattern, Float> alphas =
                patterns(json, "alpha_pattern", JsonFile::isFinite, JsonNode::floatValue);
        Map<String, List<Long>> tokens = tokens(json);
        boolean rootedScale = json.flag("use_rslora", false);
        boolean givesLengths = json.flag("use_dora", false);
        boolean isSound = problems.count() == problemsBefore;
        return new AdapterConfig(
                base, rank, alpha, ranks, alphas, tokens, rootedScale, givesLengths, isSound);
    }

    private static boolean isRank(JsonNode value) {
        return value.isInt() && value.intValue() >= 1 && value.intValue() <= MAX_RANK;
    }

    /** A list is of the one table that there is. */
    private static Map<String, List<Long>> tokens(JsonFile json) {
        JsonNode value = json.get(TOKENS);
        Map<String, List<Long>> tokens = new LinkedHashMap<>();
        if (value.isArray()) {
            tokens.put("", tokens(json, value));
        } else if (value.isObject()) {
            value.properties().forEach(e -> tokens.put(e.getKey(), tokens(json, e.getValue())));
        } else if (json.has(TOKENS)) {
            json.problem(TOKENS, "ids of tokens");
        }
        return tokens;
    }

    private static List<Long> tokens(JsonFile json, JsonNode list) {
        List<Long> tokens = new ArrayList<>();
        list.forEach(token -> tokens.add(token.isInt() ? token.longValue() : -1));
        if (!list.isArray() || tokens.contains(-1L)) {
            json.problem(TOKENS, "ids of tokens");
        }
        return tokens;
    }

    private static boolean saysSomething(JsonNode value) {
        if (value.isContainerNode()) {
            return !value.isEmpty();
        }
        return value.isBoolean() ? value.booleanValue() : !value.isNull();
    }

    private static <T> Map<NamePattern, T> patterns(
            JsonFile json, String key, Predicate<JsonNode> isValue, Function<JsonNode, T> toValue) {
        Map<NamePattern, T> patterns = new LinkedHashMap<>();
        if (!json.has(key)) {
            return patterns;
        }
        if (!json.get(key).isObject() || json.get(key).size() > MAX_PATTERNS) {
            json.problem(key, "an object of names and numbers");
            return patterns;
        }
        for (Map.Entry<String, JsonNode> entry : json.get(key).properties()) {
            try {
                if (!isValue.test(entry.getValue())) {
                    throw new IllegalArgumentException("no number");
                }
                patterns.put(NamePattern.of(entry.getKey()), toValue.apply(entry.getValue()));
            } catch (IllegalArgumentException e) {
                json.problem(key, "names or expressions for them, and numbers");
                return patterns;
            }
        }
        return patterns;
    }

    /**
     * The rank of one module.
     *
     * @throws IllegalArgumentException when a pattern takes too long
     */
    int rank(String module) {
        return first(ranks, module).orElse(rank);
    }

    /** The tokens that have rows of their own in the table of a module. */
    List<Long> tokens(String module) {
        return tokens.entrySet().stream()
                .filter(e -> e.getKey().isEmpty() || ("." + module).endsWith("." + e.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(List.of());
    }

    /**
     * What the product of the two matrices of one module is multiplied by.
     *
     * @throws IllegalArgumentException when a pattern takes too long
     */
    float scale(String module) {
        double divisor = rootedScale ? Math.sqrt(rank(module)) : rank(module);
        return (float) (first(alphas, module).orElse(alpha) / divisor);
    }

    private static <T> Optional<T> first(Map<NamePattern, T> patterns, String module) {
        return patterns.entrySet().stream()
                .filter(entry -> entry.getKey().fits(module))
                .map(Map.Entry::getValue)
                .findFirst();
    }
}
