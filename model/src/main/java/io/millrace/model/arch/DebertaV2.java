package io.millrace.model.arch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * DeBERTa of the second and third version: attention by content and by distance, each with
 * projections of its own.
 *
 * <p>He et al. 2020, <a href="https://arxiv.org/abs/2006.03654">DeBERTa: Decoding-enhanced BERT
 * with Disentangled Attention</a>; the reference is Hugging Face's <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/deberta_v2/modeling_deberta_v2.py">modeling_deberta_v2.py</a>.
 */
final class DebertaV2 implements Architecture {
    private static final int MAX_POSITIONS = 1 << 16;

    private final EncoderConfig config;
    private final Embeddings embeddings;
    private final @Nullable Distances distances;
    private final List<Block> blocks;
    private final @Nullable Convolution convolution;

    DebertaV2(ConfigKeys keys, Weights weights) {
        int hidden = keys.width("hidden_size", 1536);
        int positions = keys.count("max_position_embeddings", 512, 1, MAX_POSITIONS);
        boolean byPosition = keys.flag("position_biased_input", true);
        this.config =
                new EncoderConfig(
                                ModelType.DEBERTA_V2,
                                keys.rows("vocab_size", 128100),
                                hidden,
                                keys.layers("num_hidden_layers", 24),
                                keys.width("num_attention_heads", 24),
                                keys.intermediate("intermediate_size", 6144),
                                positions,
                                byPosition ? positions : EncoderConfig.UNLIMITED,
                                keys.id("pad_token_id", 0),
                                false)
                        .checked(keys, "num_attention_heads", "hidden_size");
        float eps = keys.epsilon("layer_norm_eps", 1e-7f);
        Activation activation = keys.activation("hidden_act", "gelu");
        int embedding = keys.width("embedding_size", hidden);
        int types = keys.count("type_vocab_size", 0, 0, ConfigKeys.MAX_ROWS);
        int headSize = keys.width("attention_head_size", hidden / config.numAttentionHeads());
        Rules rules = Rules.read(keys, positions);
        int kernel = keys.count("conv_kernel_size", 0, 0, 1 << 8);
        if (kernel > 0 && kernel % 2 == 0) {
            keys.problem("conv_kernel_size", "an odd number");
        }
        if (kernel > 0 && keys.count("conv_groups", 1, 1, ConfigKeys.MAX_WIDTH) != 1) {
            keys.problem("conv_groups", "1");
        }
        Activation afterConvolution = keys.activation("conv_act", "tanh");

        this.embeddings = Embeddings.read(config, embedding, types, byPosition, eps, weights);
        this.distances = rules.relative ? Distances.read(config, rules, eps, weights) : null;
        this.blocks =
                IntStream.range(0, config.numHiddenLayers())
                        .mapToObj(i -> "encoder.layer." + i + ".")
                        .map(p -> block(config, rules, headSize, activation, eps, weights, p))
                        .toList();
        this.convolution =
                kernel == 0
                        ? null
                        : new Convolution(
                                weights.get("encoder.conv.conv.weight", hidden, hidden, kernel),
                                weights.get("encoder.conv.conv.bias", hidden),
                                afterConvolution,
                                Norm.read(weights, "encoder.conv.LayerNorm", hidden, eps));
    }

    /**
     * Which products attention is the sum of, beside content with content.
     *
     * @param terms how many products the scale is for, also where there is no table of distances
     * @param relative whether there is a table of distances
     * @param contentToPosition queries with distances
     * @param positionToContent keys with distances
     * @param shared whether distances are projected by the matrices for content
     * @param span rows of the table for each direction
     * @param byDistance the row for each distance of query from key
     * @param norm whether the table is normalised
     */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    private record Rules(
            int terms,
            boolean relative,
            boolean contentToPosition,
            boolean positionToContent,
            boolean shared,
            int span,
            int[] byDistance,
            boolean norm) {
        static Rules read(ConfigKeys keys, int positions) {
            Set<String> types = words(keys.texts("pos_att_type"));
            boolean contentToPosition = types.contains("c2p");
            boolean positionToContent = types.contains("p2c");
            boolean relative = keys.flag("relative_attention", false);
            int buckets = Math.max(keys.count("position_buckets", -1, -1, MAX_POSITIONS), 0);
            int max = keys.count("max_relative_positions", -1, -1, MAX_POSITIONS);
            int reach = max < 1 ? positions : max;
            return new Rules(
                    1 + (contentToPosition ? 1 : 0) + (positionToContent ? 1 : 0),
                    relative,
                    relative && contentToPosition,
                    relative && positionToContent,
                    keys.flag("share_att_key", false),
                    buckets > 0 ? buckets : reach,
                    relative ? DistanceBuckets.deberta(buckets, reach) : new int[] {0},
                    words(keys.texts("norm_rel_ebd")).contains("layer_norm"));
        }

        /** Lists are written as arrays or as one string with bars. */
        private static Set<String> words(List<String> texts) {
            return texts.stream()
                    .flatMap(text -> Arrays.stream(text.toLowerCase(Locale.ROOT).split("\\|")))
                    .map(String::strip)
                    .collect(Collectors.toSet());
        }
    }

    private record Embeddings(
            Weight word,
            @Nullable Weight position,
            @Nullable Weight tokenType,
            @Nullable Linear projection,
            Norm norm) {
        static Embeddings read(
                EncoderConfig c, int width, int types, boolean byPosition, float eps, Weights w) {
            int hidden = c.hiddenSize();
            String p = "embeddings.";
            return new Embeddings(
                    w.get(p + "word_embeddings.weight", c.vocabSize(), width),
                    byPosition
                            ? w.get(
                                    p + "position_embeddings.weight",
                                    c.maxPositionEmbeddings(),
                                    width)
                            : null,
                    types > 0 ? w.get(p + "token_type_embeddings.weight", types, width) : null,
                    width == hidden ? null : Linear.read(w, p + "embed_proj", width, hidden, false),
                    Norm.read(w, p + "LayerNorm", hidden, eps));
        }
    }

    /** The table of distances, its norm, and which row is for which. */
    private record Distances(Weight table, @Nullable Norm norm, Rules rules) {
        static Distances read(EncoderConfig c, Rules rules, float eps, Weights w) {
            int hidden = c.hiddenSize();
            return new Distances(
                    w.get("encoder.rel_embeddings.weight", 2 * rules.span, hidden),
                    rules.norm ? Norm.read(w, "encoder.LayerNorm", hidden, eps) : null,
                    rules);
        }
    }

    /** A layer and its projections of distances. */
    private record Block(
            Layer layer, @Nullable Linear positionKey, @Nullable Linear positionQuery) {}

    /** A convolution over the embeddings, added to what the first layer gives. */
    private record Convolution(Weight kernel, Weight bias, Activation activation, Norm norm) {}

    private static Block block(
            EncoderConfig c,
            Rules rules,
            int headSize,
            Activation activation,
            float eps,
            Weights w,
            String p) {
        int hidden = c.hiddenSize();
        int wide = c.intermediateSize();
        int heads = c.numAttentionHeads();
        int attended = heads * headSize;
        String self = p + "attention.self.";
        Linear query = Linear.read(w, self + "query_proj", hidden, attended);
        Linear key = Linear.read(w, self + "key_proj", hidden, attended);
        SelfAttention attention =
                new SelfAttention(
                        query,
                        key,
                        Linear.read(w, self + "value_proj", hidden, attended),
                        Linear.read(w, p + "attention.output.dense", attended, hidden),
                        heads,
                        heads,
                        headSize,
                        SelfAttention.scale((float) headSize * rules.terms()),
                        null,
                        null);
        return new Block(
                new Layer(
                        attention,
                        Norm.read(w, p + "attention.output.LayerNorm", hidden, eps),
                        new FeedForward(
                                Linear.read(w, p + "intermediate.dense", hidden, wide),
                                null,
                                activation,
                                Linear.read(w, p + "output.dense", wide, hidden)),
                        Norm.read(w, p + "output.LayerNorm", hidden, eps)),
                !rules.contentToPosition
                        ? null
                        : rules.shared
                                ? key
                                : Linear.read(w, self + "pos_key_proj", hidden, attended),
                !rules.positionToContent
                        ? null
                        : rules.shared
                                ? query
                                : Linear.read(w, self + "pos_query_proj", hidden, attended));
    }

    @Override
    public EncoderConfig config() {
        return config;
    }

    @Override
    public List<Value> forward(Kernels k, Batch batch) {
        Value mask = k.attentionBias(batch, batch.window());
        Value table = distances == null ? null : table(k, distances); // [R, H]
        List<Value> states = new ArrayList<>();
        Value embedded = embed(k, batch); // [B · S, H]
        Value x = embedded;
        states.add(x);
        for (int i = 0; i < blocks.size(); i++) {
            x = apply(k, blocks.get(i), x, table, mask, batch); // [B · S, H]
            if (i == 0 && convolution != null) {
                x = convolve(k, convolution, embedded, x, batch);
            }
            states.add(x);
        }
        return states;
    }

    private static Value table(Kernels k, Distances distances) {
        Value table = k.table(distances.table);
        return distances.norm == null ? table : k.norm(table, distances.norm);
    }

    private Value embed(Kernels k, Batch batch) {
        Value x = k.lookup(embeddings.word, batch.ids()); // [B, S, E]
        if (embeddings.position != null) {
            x = k.add(x, k.positions(embeddings.position, batch));
        }
        if (embeddings.tokenType != null) {
            x = k.add(x, k.row(embeddings.tokenType, 0));
        }
        x = k.flatten(x, embeddings.word.shape().get(1)); // [B · S, E]
        if (embeddings.projection != null) {
            x = k.dense(x, embeddings.projection, Activation.IDENTITY); // [B · S, H]
        }
        return k.norm(x, embeddings.norm);
    }

    private Value apply(
            Kernels k, Block block, Value x, @Nullable Value table, Value mask, Batch batch) {
        Layer layer = block.layer;
        SelfAttention attention = layer.attention();
        Value attended = // [B · S, H]
                k.norm(
                        k.denseAdd(context(k, block, x, table, mask, batch), attention.output(), x),
                        Objects.requireNonNull(layer.attentionNorm()));
        Value wide = layer.feedForward().hidden(k, attended); // [B · S, I]
        return k.norm(
                k.denseAdd(wide, layer.feedForward().narrow(), attended), layer.feedForwardNorm());
    }

    private Value context(
            Kernels k, Block block, Value x, @Nullable Value table, Value mask, Batch batch) {
        SelfAttention a = block.layer.attention();
        List<Value> projected =
                k.denseHeads(x, List.of(a.query(), a.key(), a.value()), a.headSize(), batch);
        Value query = projected.get(0); // [B, h, S, d]
        Value key = projected.get(1);
        Value value = projected.get(2);
        Value bias = mask;
        if (distances != null && table != null) {
            int[] byDistance = distances.rules.byDistance;
            if (block.positionKey != null) {
                Value products = byRow(k, query, table, block.positionKey, a); // [B, h, S, R]
                int[] columns = DistanceBuckets.reversed(byDistance);
                Value scores = k.byDistance(products, columns, batch); // [B, h, S, S]
                bias = k.add(bias, k.scale(scores, a.scale()));
            }
            if (block.positionQuery != null) {
                Value products = byRow(k, key, table, block.positionQuery, a); // [B, h, S, R]
                Value scores = k.transpose(k.byDistance(products, byDistance, batch));
                bias = k.add(bias, k.scale(scores, a.scale()));
            }
        }
        Value scores = k.scores(query, key, a.scale(), bias); // [B, h, S, S]
        return k.context(k.attention(scores), value, a.heads() * a.headSize());
    }

    /** Products of each position's heads with each row of the table. {@code [B, h, S, R]} */
    private static Value byRow(
            Kernels k, Value heads, Value table, Linear projection, SelfAttention a) {
        Value rows = k.dense(table, projection, Activation.IDENTITY); // [R, h · d]
        return k.productTransposed(heads, k.tableHeads(rows, a.heads(), a.headSize()));
    }

    private Value convolve(
            Kernels k, Convolution c, Value embedded, Value layerOutput, Batch batch) {
        int hidden = config.hiddenSize();
        int width = c.kernel.shape().get(2);
        // The kernel looks over the end of a text, where the reference has zeros.
        Value tokens =
                k.multiply(k.unflatten(embedded, hidden, batch), k.tokenMask(batch)); // [B, S, H]
        Value around = k.flatten(k.neighbours(tokens, width, batch), width * hidden);
        Linear kernel = new Linear(c.kernel.swapLast().reshape(hidden, width * hidden), c.bias);
        Value convolved = k.dense(around, kernel, c.activation); // [B · S, H]
        return k.norm(k.add(layerOutput, convolved), c.norm);
    }
}
