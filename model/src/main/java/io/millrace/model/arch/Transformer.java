package io.millrace.model.arch;

import io.millrace.model.arch.TransformerSettings.Positions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The encoder of the classic Transformer, and what has been made of it since: for models of one's
 * own. {@link TransformerSettings} has the choices.
 *
 * <p>Vaswani et al. 2017, <a href="https://arxiv.org/abs/1706.03762">Attention Is All You Need</a>.
 * Layers are stored under the names of <a
 * href="https://docs.pytorch.org/docs/stable/generated/torch.nn.TransformerEncoder.html">torch.nn.TransformerEncoder</a>,
 * what is around them under BERT's.
 */
final class Transformer implements Architecture {
    private final TransformerSettings config;
    private final Weight word;
    private final @Nullable Weight position;
    private final @Nullable Weight tokenType;
    private final @Nullable Norm embeddingNorm;
    private final List<Layer> layers;
    private final @Nullable Norm finalNorm;

    Transformer(ConfigKeys keys, Weights weights) {
        this.config = TransformerSettings.read(keys);
        int hidden = config.sizes().hiddenSize();
        int count = config.sizes().numHiddenLayers();

        this.word =
                weights.get(
                        "embeddings.word_embeddings.weight", config.sizes().vocabSize(), hidden);
        this.position = positions(config, weights);
        this.tokenType =
                config.types() == 0
                        ? null
                        : weights.get(
                                "embeddings.token_type_embeddings.weight", config.types(), hidden);
        this.embeddingNorm =
                config.embeddingNorm() ? norm(config, weights, "embeddings.norm") : null;
        this.layers =
                IntStream.range(0, config.shareLayers() ? 1 : count)
                        .mapToObj(i -> Layer.read(config, weights, "layers." + i + "."))
                        .toList();
        this.finalNorm = config.finalNorm() ? norm(config, weights, "norm") : null;
    }

    private static @Nullable Weight positions(TransformerSettings c, Weights w) {
        int rows = c.sizes().maxPositionEmbeddings();
        int hidden = c.sizes().hiddenSize();
        return switch (c.positions()) {
            case SINUSOIDAL -> Sinusoids.interleaved(rows, hidden);
            case SINUSOIDAL_HALVES -> Sinusoids.halves(rows, hidden);
            case LEARNED -> w.get("embeddings.position_embeddings.weight", rows, hidden);
            case ROTARY, ALIBI, NONE -> null;
        };
    }

    private static Norm norm(TransformerSettings c, Weights w, String name) {
        int hidden = c.sizes().hiddenSize();
        return new Norm(
                c.normKind(),
                w.get(name + ".weight", hidden),
                c.normBias() ? w.get(name + ".bias", hidden) : null,
                c.epsilon());
    }

    private record Layer(
            TransformerAttention attention, Norm norm1, FeedForward feedForward, Norm norm2) {
        static Layer read(TransformerSettings c, Weights w, String p) {
            int hidden = c.sizes().hiddenSize();
            int wide = c.sizes().intermediateSize();
            boolean bias = c.feedForwardBias();
            return new Layer(
                    TransformerAttention.read(c, w, p + "self_attn."),
                    Transformer.norm(c, w, p + "norm1"),
                    new FeedForward(
                            Linear.read(w, p + "linear1", hidden, wide, bias),
                            c.gated()
                                    ? Linear.read(w, p + "linear_gate", hidden, wide, bias)
                                    : null,
                            c.activation(),
                            Linear.read(w, p + "linear2", wide, hidden, bias)),
                    Transformer.norm(c, w, p + "norm2"));
        }

        /** {@code norm(x + f(x))}, twice. */
        Value postNorm(Kernels k, Value x, Mixing.View view) {
            Value context = attention.context(k, x, view); // [B · S, h · d]
            Value attended =
                    k.norm(k.denseAdd(context, attention.output(), x), norm1); // [B · S, H]
            Value wide = feedForward.hidden(k, attended); // [B · S, I]
            return k.norm(k.denseAdd(wide, feedForward.narrow(), attended), norm2);
        }

        /**
         * {@code x + f(norm(x))}, twice: Xiong et al. 2020, <a
         * href="https://arxiv.org/abs/2002.04745">On Layer Normalization</a>.
         */
        Value preNorm(Kernels k, Value x, Mixing.View view) {
            Value context = attention.context(k, k.norm(x, norm1), view); // [B · S, h · d]
            Value attended = k.denseAdd(context, attention.output(), x); // [B · S, H]
            Value wide = feedForward.hidden(k, k.norm(attended, norm2)); // [B · S, I]
            return k.denseAdd(wide, feedForward.narrow(), attended);
        }
    }

    @Override
    public EncoderConfig config() {
        return config.sizes();
    }

    @Override
    public Optional<String> whyNotCausal() {
        return config.attention() == TransformerSettings.AttentionType.LINFORMER
                ? Optional.of("Linformer sums over all positions")
                : Optional.empty();
    }

    @Override
    public List<Value> forward(Kernels k, Batch batch) {
        Mixing.View view = view(k, batch);
        List<Value> states = new ArrayList<>();
        Value x = embed(k, batch); // [B · S, H]
        for (int i = 0; i < config.sizes().numHiddenLayers(); i++) {
            states.add(x);
            Layer layer = layers.get(config.shareLayers() ? 0 : i);
            x = config.preNorm() ? layer.preNorm(k, x, view) : layer.postNorm(k, x, view);
        }
        states.add(finalNorm == null ? x : k.norm(x, finalNorm));
        return states;
    }

    private Value embed(Kernels k, Batch batch) {
        int hidden = config.sizes().hiddenSize();
        Value x = k.lookup(word, batch.ids()); // [B, S, H]
        if (config.scaleEmbedding()) {
            x = k.scale(x, (float) Math.sqrt(hidden));
        }
        if (position != null) {
            x = k.add(x, k.positions(position, batch)); // [S, H] to every row
        }
        if (tokenType != null) {
            x = k.add(x, k.row(tokenType, 0)); // [H] to every token
        }
        x = k.flatten(x, hidden); // [B · S, H]
        return embeddingNorm == null ? x : k.norm(x, embeddingNorm);
    }

    private Mixing.View view(Kernels k, Batch batch) {
        Value tokens = k.heads(k.flatten(k.tokenMask(batch), 1), 1, 1, batch); // [B, 1, S, 1]
        Value visible = k.visible(batch, config.pattern()); // [B, 1, 1 or S, S]
        Value bias = k.hide(visible, config.masked());
        if (config.positions() == Positions.ALIBI) {
            float[] slopes = LinearBias.slopes(config.sizes().numAttentionHeads());
            bias = k.add(bias, k.linearBias(slopes, batch)); // [B, h, S, S]
        }
        Rope rope = config.rope();
        return new Mixing.View(
                batch, tokens, visible, bias, rope == null ? null : k.rotation(rope, batch));
    }
}
