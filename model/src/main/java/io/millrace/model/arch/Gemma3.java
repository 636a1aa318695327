package io.millrace.model.arch;

import io.millrace.model.arch.SelfAttention.View;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The text part of Gemma 3, and EmbeddingGemma, which sees both directions: norms before and after
 * each part, their scales stored as a difference from one; most layers see a window only.
 *
 * <p>Gemma Team 2025, <a href="https://arxiv.org/abs/2503.19786">Gemma 3 Technical Report</a>; the
 * reference is Hugging Face's <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/gemma3/modeling_gemma3.py">modeling_gemma3.py</a>.
 */
final class Gemma3 implements Architecture {
    private final EncoderConfig config;
    private final int slidingWindow;
    private final boolean halvedWindow;
    private final boolean toldTwice;
    private final Rope globalRope;
    private final Rope localRope;
    private final Weight word;
    private final List<Block> blocks;
    private final List<LayerType> layerTypes;
    private final Norm finalNorm;

    Gemma3(ConfigKeys keys, Weights weights) {
        int hidden = keys.width("hidden_size", 2304);
        int positions = keys.rows("max_position_embeddings", 131_072);
        this.halvedWindow = keys.flag("use_bidirectional_attention", false);
        this.toldTwice = halvedWindow && !keys.flag("is_causal", true);
        this.config =
                new EncoderConfig(
                                ModelType.GEMMA3_TEXT,
                                keys.rows("vocab_size", 262_208),
                                hidden,
                                keys.layers("num_hidden_layers", 26),
                                keys.width("num_attention_heads", 8),
                                keys.intermediate("intermediate_size", 9216),
                                positions,
                                EncoderConfig.UNLIMITED,
                                keys.id("pad_token_id", 0),
                                !halvedWindow && keys.flag("is_causal", true))
                        .checked(keys, "num_attention_heads", "hidden_size");
        Shape shape = Shape.read(keys, config.numAttentionHeads());
        this.slidingWindow = keys.count("sliding_window", 4096, halvedWindow ? 0 : 1, 1 << 24);
        int pattern = keys.layers("sliding_window_pattern", 6);
        this.layerTypes =
                LayerType.read(
                        keys,
                        config.numHiddenLayers(),
                        i -> (i + 1) % pattern == 0 ? LayerType.FULL : LayerType.SLIDING);
        float globalTheta = keys.number("rope_theta", 1_000_000, 1, Float.MAX_VALUE);
        float localTheta = keys.number("rope_local_base_freq", 10_000, 1, Float.MAX_VALUE);
        this.globalRope =
                Rope.readNested(
                        keys, LayerType.FULL.rope(keys), globalTheta, shape.headSize, positions);
        // The older form stretches full attention only.
        this.localRope =
                Rope.readNested(
                        keys,
                        keys.object("rope_parameters").object("sliding_attention"),
                        localTheta,
                        shape.headSize,
                        positions);

        this.word = weights.get("embed_tokens.weight", config.vocabSize(), hidden);
        this.blocks =
                IntStream.range(0, config.numHiddenLayers())
                        .mapToObj(i -> shape.block(config, weights, "layers." + i + "."))
                        .toList();
        this.finalNorm = Norm.rms(weights, "norm", hidden, shape.epsilon).aroundOne();
    }

    /** A layer with a norm on each side of each part. */
    private record Block(
            Norm beforeAttention,
            SelfAttention attention,
            Norm afterAttention,
            Norm beforeFeedForward,
            FeedForward feedForward,
            Norm afterFeedForward) {
        Value apply(Kernels k, Value x, View view, Batch batch) {
            Value context = attention.context(k, k.norm(x, beforeAttention), view, batch);
            Value attended = k.dense(context, attention.output(), Activation.IDENTITY);
            Value middle = k.add(x, k.norm(attended, afterAttention)); // [B · S, H]
            Value wide = feedForward.hidden(k, k.norm(middle, beforeFeedForward)); // [B · S, I]
            Value narrow = k.dense(wide, feedForward.narrow(), Activation.IDENTITY);
            return k.add(middle, k.norm(narrow, afterFeedForward)); // [B · S, H]
        }
    }

    private record Shape(
            int headSize,
            int keyValueHeads,
            float attentionScale,
            Activation activation,
            float epsilon,
            boolean bias) {
        static Shape read(ConfigKeys keys, int heads) {
            int keyValueHeads = keys.width("num_key_value_heads", 4);
            if (heads % keyValueHeads != 0) {
                keys.problem("num_key_value_heads", "a divisor of num_attention_heads " + heads);
                keyValueHeads = heads;
            }
            return new Shape(
                    keys.width("head_dim", 256),
                    keyValueHeads,
                    SelfAttention.scale(keys.number("query_pre_attn_scalar", 256, 1e-3f, 1e9f)),
                    keys.activation("hidden_activation", "gelu_pytorch_tanh"),
                    keys.epsilon("rms_norm_eps", 1e-6f),
                    keys.flag("attention_bias", false));
        }

        Block block(EncoderConfig c, Weights w, String p) {
            int hidden = c.hiddenSize();
            int wide = c.intermediateSize();
            return new Block(
                    norm(w, p + "input_layernorm", hidden),
                    attention(c, w, p + "self_attn."),
                    norm(w, p + "post_attention_layernorm", hidden),
                    norm(w, p + "pre_feedforward_layernorm", hidden),
                    new FeedForward(
                            Linear.read(w, p + "mlp.up_proj", hidden, wide, false),
                            Linear.read(w, p + "mlp.gate_proj", hidden, wide, false),
                            activation,
                            Linear.read(w, p + "mlp.down_proj", wide, hidden, false)),
                    norm(w, p + "post_feedforward_layernorm", hidden));
        }

        private SelfAttention attention(EncoderConfig c, Weights w, String p) {
            int hidden = c.hiddenSize();
            int attended = c.numAttentionHeads() * headSize;
            int shared = keyValueHeads * headSize;
            return new SelfAttention(
                    Linear.read(w, p + "q_proj", hidden, attended, bias),
                    Linear.read(w, p + "k_proj", hidden, shared, bias),
                    Linear.read(w, p + "v_proj", hidden, shared, bias),
                    Linear.read(w, p + "o_proj", attended, hidden, bias),
                    c.numAttentionHeads(),
                    keyValueHeads,
                    headSize,
                    attentionScale,
                    norm(w, p + "q_norm", headSize),
                    norm(w, p + "k_norm", headSize));
        }

        private Norm norm(Weights w, String name, int width) {
            return Norm.rms(w, name, width, epsilon).aroundOne();
        }
    }

    @Override
    public EncoderConfig config() {
        return config;
    }

    @Override
    public List<Value> forward(Kernels k, Batch batch) {
        View full = new View(k.attentionBias(batch, batch.window()), k.rotation(globalRope, batch));
        View sliding =
                new View(
                        k.attentionBias(batch, window(batch.causal())),
                        k.rotation(localRope, batch));
        List<Value> states = new ArrayList<>();
        Value x = k.flatten(k.lookup(word, batch.ids()), config.hiddenSize()); // [B · S, H]
        x = k.scale(x, (float) Math.sqrt(config.hiddenSize()));
        for (int i = 0; i < blocks.size(); i++) {
            states.add(x);
            View view = layerTypes.get(i) == LayerType.FULL ? full : sliding;
            x = blocks.get(i).apply(k, x, view, batch); // [B · S, H]
        }
        states.add(k.norm(x, finalNorm));
        return states;
    }

    /**
     * A model that was trained in both directions counts its window over both; one more when it is
     * told twice, as in the reference.
     */
    private Window window(boolean causal) {
        if (causal) {
            return new Window(slidingWindow - 1, 0);
        }
        if (!halvedWindow) {
            return Window.within(slidingWindow);
        }
        return Window.within(slidingWindow / 2 + (toldTwice ? 1 : 0));
    }
}
