package io.millrace.model.arch;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Every choice of a {@link Transformer}, with the keys of {@code config.json} that make it. What is
 * not said is as in Vaswani et al. 2017, <a href="https://arxiv.org/abs/1706.03762">Attention Is
 * All You Need</a>.
 *
 * @param sizes what every encoder has
 * @param keyValueHeads {@code num_key_value_heads}: each used by so many query heads in a row
 * @param headSize {@code head_dim}
 * @param types {@code type_vocab_size}: rows of a table whose first is added to every token; 0:
 *     none
 * @param positions {@code position_embedding_type}
 * @param rope the rotary positions; null: others or none
 * @param scaleEmbedding {@code scale_embedding}: words times the root of the hidden size
 * @param embeddingNorm {@code embedding_norm}: a norm on words and positions
 * @param preNorm {@code norm_position}: norms before each part of a layer, and not on each sum
 * @param finalNorm {@code final_norm}: one more after the last layer
 * @param normKind {@code norm_type}
 * @param normBias {@code norm_bias}
 * @param epsilon {@code layer_norm_eps}
 * @param activation {@code hidden_act}
 * @param gated {@code gated}: the activation of one dense layer times another
 * @param feedForwardBias {@code mlp_bias}
 * @param projection {@code qkv_projection}
 * @param queryBias {@code qkv_bias}, of queries, keys and values
 * @param outputBias {@code attention_bias}, of what comes after the heads
 * @param attention {@code attention_type}
 * @param pattern which positions see which
 * @param scale {@code attention_scale}, of the products of queries and keys
 * @param masked {@code mask_value}: added to a score that counts for nothing
 * @param attentionEpsilon {@code attention_epsilon}, see {@link Mixing}
 * @param features {@code performer_features}: how many of each head
 * @param featureSeed {@code performer_seed}; null: the features' directions are stored
 * @param linformerSize {@code linformer_size}: to how many positions a text is made fewer
 * @param shareLayers {@code share_layers}: all layers have the weights of the first
 */
record TransformerSettings(
        EncoderConfig sizes,
        int keyValueHeads,
        int headSize,
        int types,
        Positions positions,
        @Nullable Rope rope,
        boolean scaleEmbedding,
        boolean embeddingNorm,
        boolean preNorm,
        boolean finalNorm,
        Norm.Kind normKind,
        boolean normBias,
        float epsilon,
        Activation activation,
        boolean gated,
        boolean feedForwardBias,
        Projection projection,
        boolean queryBias,
        boolean outputBias,
        AttentionType attention,
        Pattern pattern,
        float scale,
        float masked,
        float attentionEpsilon,
        int features,
        @Nullable Integer featureSeed,
        int linformerSize,
        boolean shareLayers) {
    /** Where a token stands. */
    enum Positions {
        /** Computed, sine and cosine in turn. */
        SINUSOIDAL,
        /** Computed, all sines before all cosines. */
        SINUSOIDAL_HALVES,
        /** A table. */
        LEARNED,
        /** See {@link Rope}. */
        ROTARY,
        /** See {@link LinearBias}. */
        ALIBI,
        /** Nothing tells. */
        NONE
    }

    /** How the matrices of queries, keys and values are stored. */
    enum Projection {
        /** As one. */
        PACKED,
        /** As three. */
        SEPARATE,
        /** As three as large as a head; each head's slice of a token goes through the same. */
        SHARED
    }

    /** How tokens attend to each other. */
    enum AttentionType {
        /** To all. */
        FULL,
        /** To those near and, maybe, to the first. */
        SLIDING_WINDOW,
        /** To blocks near, to the first blocks, to blocks drawn. */
        BLOCK_SPARSE,
        /** See {@link Mixing.Linear}. */
        LINEAR,
        /** See {@link Mixing.Performer}. */
        PERFORMER,
        /** See {@link Mixing.Linformer}. */
        LINFORMER;

        boolean hasScores() {
            return this == FULL || this == SLIDING_WINDOW || this == BLOCK_SPARSE;
        }
    }

    /** Positions that are computed, or that random blocks are drawn for. */
    private static final int MAX_COMPUTED = 1 << 20;

    /** Shazeer 2020, <a href="https://arxiv.org/abs/2002.05202">GLU Variants</a>. */
    private static final Set<String> GATED = Set.of("glu", "bilinear", "reglu", "geglu", "swiglu");

    private static final int MAX_BLOCKS = 1 << 12;
    private static final int MAX_DRAWN = 1 << 6;
    private static final float LEAST_MASKED = -1e4f;

    static TransformerSettings read(ConfigKeys keys) {
        int hidden = keys.width("hidden_size", 512);
        int heads = keys.width("num_attention_heads", 8);
        int keyValueHeads = keys.width("num_key_value_heads", heads);
        if (heads % keyValueHeads != 0) {
            keys.problem("num_key_value_heads", "a divisor of num_attention_heads " + heads);
        }
        if (!keys.has("head_dim") && hidden % heads != 0) {
            keys.problem("num_attention_heads", "a divisor of hidden_size " + hidden);
        }
        int headSize = keys.width("head_dim", Math.max(hidden / heads, 1));
        int maxPositions = keys.count("max_position_embeddings", 512, 1, MAX_COMPUTED);

        Positions positions =
                choice(keys, "position_embedding_type", Positions.class, Positions.SINUSOIDAL);
        AttentionType attention =
                choice(keys, "attention_type", AttentionType.class, AttentionType.FULL);
        Projection projection = choice(keys, "qkv_projection", Projection.class, Projection.PACKED);
        boolean shared = projection == Projection.SHARED;
        if (shared && (keyValueHeads != heads || (long) heads * headSize != hidden)) {
            keys.problem(
                    "qkv_projection",
                    "packed or separate, unless there are as many key heads as heads and they fill"
                            + " the hidden size");
        }
        if (positions == Positions.ALIBI && !attention.hasScores()) {
            keys.problem("position_embedding_type", "one other than alibi, which is on scores");
        }
        boolean causal = keys.flag("is_causal", false);
        if (causal && attention == AttentionType.LINFORMER) {
            keys.problem("is_causal", "false, as Linformer sums over all positions");
        }
        refuseWhatHasNoUse(keys, attention);
        boolean preNorm = named(keys, "norm_position", "post", "pre");
        boolean rms = named(keys, "norm_type", "layer_norm", "rms_norm");
        String act = keys.text("hidden_act", "relu");
        boolean attentionBias = keys.flag("attention_bias", true);
        boolean queryBias = keys.flag("qkv_bias", attentionBias && !shared);
        if (shared && queryBias) {
            keys.problem("qkv_bias", "false, as shared projections have none");
        }
        Pattern pattern = pattern(keys, attention, maxPositions);
        boolean limited =
                switch (positions) {
                    case SINUSOIDAL, SINUSOIDAL_HALVES, LEARNED -> true;
                    case ROTARY, ALIBI, NONE ->
                            attention == AttentionType.LINFORMER || pattern.drawn().length > 0;
                };
        return new TransformerSettings(
                new EncoderConfig(
                                ModelType.TRANSFORMER,
                                keys.rows("vocab_size", 30522),
                                hidden,
                                keys.layers("num_hidden_layers", 6),
                                heads,
                                keys.intermediate("intermediate_size", 2048),
                                maxPositions,
                                limited ? maxPositions : EncoderConfig.UNLIMITED,
                                keys.id("pad_token_id", 0),
                                causal)
                        .checked(keys),
                keyValueHeads,
                headSize,
                keys.count("type_vocab_size", 0, 0, ConfigKeys.MAX_ROWS),
                positions,
                positions == Positions.ROTARY ? rope(keys, headSize, maxPositions) : null,
                keys.flag("scale_embedding", true),
                keys.flag("embedding_norm", false),
                preNorm,
                keys.flag("final_norm", preNorm),
                rms ? Norm.Kind.RMS : Norm.Kind.LAYER,
                keys.flag("norm_bias", !rms),
                keys.epsilon("layer_norm_eps", 1e-5f),
                activation(keys, act),
                keys.flag("gated", GATED.contains(act)),
                keys.flag("mlp_bias", true),
                projection,
                queryBias,
                attentionBias,
                attention,
                pattern,
                SelfAttention.scale(
                        named(keys, "attention_scale", "head", "model") ? hidden : headSize),
                masked(keys),
                keys.epsilon(
                        "attention_epsilon", attention == AttentionType.LINEAR ? 1e-6f : 1e-4f),
                keys.width(
                        "performer_features", Math.max((int) (headSize * Math.log(headSize)), 1)),
                keys.has("performer_seed") ? keys.id("performer_seed", 0) : null,
                keys.width("linformer_size", 256),
                keys.flag("share_layers", false));
    }

    /** One of an enum's constants, by its name in lower case. */
    static <E extends Enum<E>> E choice(ConfigKeys keys, String key, Class<E> type, E fallback) {
        String name = keys.text(key, lower(fallback));
        for (E constant : type.getEnumConstants()) {
            if (lower(constant).equals(name)) {
                return constant;
            }
        }
        keys.problem(
                key,
                Arrays.stream(type.getEnumConstants())
                        .map(TransformerSettings::lower)
                        .collect(Collectors.joining(", ", "one of ", "")));
        return fallback;
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** Whether a key says the second of two names; the first, where it says nothing. */
    private static boolean named(ConfigKeys keys, String key, String first, String second) {
        String name = keys.text(key, first);
        if (!name.equals(first) && !name.equals(second)) {
            keys.problem(key, "%s or %s".formatted(first, second));
        }
        return name.equals(second);
    }

    private static Activation activation(ConfigKeys keys, String name) {
        return switch (name) {
            case "glu" -> Activation.SIGMOID;
            case "bilinear" -> Activation.IDENTITY;
            case "reglu" -> Activation.RELU;
            case "geglu" -> Activation.GELU_ERF;
            case "swiglu" -> Activation.SILU;
            default -> keys.activation("hidden_act", "relu");
        };
    }

    private static Rope rope(ConfigKeys keys, int headSize, int maxPositions) {
        Rope rope = Rope.read(keys, headSize, 10_000, maxPositions);
        boolean interleaved = keys.flag("rope_interleaved", false);
        return new Rope(rope.frequencies(), rope.scale(), rope.stretch(), interleaved);
    }

    /** A string, as JSON has no infinity. */
    private static float masked(ConfigKeys keys) {
        String text = keys.text("mask_value", "-inf");
        if (text.equals("-inf")) {
            return Float.NEGATIVE_INFINITY;
        }
        try {
            float value = Float.parseFloat(text);
            if (value <= LEAST_MASKED && value >= -Float.MAX_VALUE) {
                return value;
            }
        } catch (NumberFormatException e) {
            // noted below
        }
        keys.problem("mask_value", "\"-inf\", \"-1e9\" or any other string of at most -1e4");
        return Float.NEGATIVE_INFINITY;
    }

    private static void refuseWhatHasNoUse(ConfigKeys keys, AttentionType attention) {
        for (String key : List.of("attention_window", "num_global_tokens")) {
            onlyFor(keys, key, attention, AttentionType.SLIDING_WINDOW);
        }
        for (String key :
                List.of(
                        "attention_block_size",
                        "num_window_blocks",
                        "num_global_blocks",
                        "num_random_blocks",
                        "random_blocks_seed")) {
            onlyFor(keys, key, attention, AttentionType.BLOCK_SPARSE);
        }
        for (String key : List.of("performer_features", "performer_seed")) {
            onlyFor(keys, key, attention, AttentionType.PERFORMER);
        }
        onlyFor(keys, "linformer_size", attention, AttentionType.LINFORMER);
        if (keys.has("attention_epsilon")
                && attention != AttentionType.LINEAR
                && attention != AttentionType.PERFORMER) {
            keys.problem("attention_epsilon", "none, unless attention_type is linear or performer");
        }
        if (keys.has("attention_scale") && attention == AttentionType.LINEAR) {
            keys.problem("attention_scale", "none, as linear attention does not scale");
        }
    }

    private static void onlyFor(
            ConfigKeys keys, String key, AttentionType attention, AttentionType one) {
        if (keys.has(key) && attention != one) {
            keys.problem(key, "none, unless attention_type is " + lower(one));
        }
    }

    private static Pattern pattern(ConfigKeys keys, AttentionType attention, int positions) {
        return switch (attention) {
            case FULL, LINEAR, PERFORMER, LINFORMER -> Pattern.ALL;
            case SLIDING_WINDOW ->
                    Pattern.within(
                            keys.count("attention_window", 512, 0, ConfigKeys.MAX_ROWS) / 2,
                            keys.count("num_global_tokens", 0, 0, ConfigKeys.MAX_ROWS));
            case BLOCK_SPARSE -> blocks(keys, positions);
        };
    }

    private static Pattern blocks(ConfigKeys keys, int positions) {
        int size = keys.rows("attention_block_size", 64);
        int near = keys.count("num_window_blocks", 3, 1, ConfigKeys.MAX_ROWS);
        int global = keys.count("num_global_blocks", 1, 0, ConfigKeys.MAX_ROWS);
        int drawn = keys.count("num_random_blocks", 0, 0, MAX_DRAWN);
        int blocks = (positions - 1) / size + 1;
        if (near % 2 == 0) {
            keys.problem("num_window_blocks", "an odd number");
        }
        if (drawn > 0 && (blocks > MAX_BLOCKS || drawn > blocks)) {
            keys.problem(
                    "num_random_blocks",
                    "at most the blocks of max_position_embeddings, and those at most "
                            + MAX_BLOCKS);
            drawn = 0;
        }
        return new Pattern(
                size,
                Window.within(near / 2),
                (int) Math.min((long) global * size, Integer.MAX_VALUE),
                draw(drawn, blocks, keys.id("random_blocks_seed", 0)));
    }

    /** For each block as many others, by {@link Random}, whose algorithm is documented. */
    private static int[][] draw(int count, int blocks, int seed) {
        if (count == 0) {
            return new int[0][];
        }
        Random random = new Random(seed);
        int[][] drawn = new int[blocks][count];
        for (int[] row : drawn) {
            for (int i = 0; i < count; i++) {
                row[i] = random.nextInt(blocks);
            }
        }
        return drawn;
    }
}
