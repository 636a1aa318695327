package io.millrace.model.arch;

import io.millrace.model.arch.SelfAttention.View;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Jina Embeddings v3: XLM-RoBERTa with rotary positions and packed projections, without the
 * adapters for tasks.
 *
 * <p>Sturua et al. 2024, <a href="https://arxiv.org/abs/2409.10173">jina-embeddings-v3</a>; the
 * reference is Hugging Face's <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/jina_embeddings_v3/modeling_jina_embeddings_v3.py">modeling_jina_embeddings_v3.py</a>.
 */
final class JinaV3 implements Architecture {
    private final EncoderConfig config;
    private final Rope rope;
    private final Weight word;
    private final Weight tokenType;
    private final Norm norm;
    private final List<Layer> layers;

    JinaV3(ConfigKeys keys, Weights weights) {
        int hidden = keys.width("hidden_size", 1024);
        int heads = keys.width("num_attention_heads", 16);
        int positions = keys.rows("max_position_embeddings", 8194);
        this.config =
                new EncoderConfig(
                                ModelType.JINA_EMBEDDINGS_V3,
                                keys.rows("vocab_size", 250002),
                                hidden,
                                keys.layers("num_hidden_layers", 24),
                                heads,
                                keys.intermediate("intermediate_size", 4096),
                                positions,
                                EncoderConfig.UNLIMITED,
                                keys.id("pad_token_id", 1),
                                keys.flag("is_causal", false))
                        .checked(keys, "num_attention_heads", "hidden_size");
        int headSize = keys.width("head_dim", hidden / heads);
        Activation activation = keys.activation("hidden_act", "gelu");
        float eps = keys.epsilon("layer_norm_eps", 1e-5f);
        int types = keys.rows("type_vocab_size", 1);
        this.rope = Rope.read(keys, headSize, 20000, positions);

        this.word = weights.get("embeddings.word_embeddings.weight", config.vocabSize(), hidden);
        this.tokenType = weights.get("embeddings.token_type_embeddings.weight", types, hidden);
        this.norm = Norm.read(weights, "emb_ln", hidden, eps);
        this.layers =
                IntStream.range(0, config.numHiddenLayers())
                        .mapToObj(i -> "encoder.layers." + i + ".")
                        .map(p -> layer(config, headSize, activation, eps, weights, p))
                        .toList();
    }

    private static Layer layer(
            EncoderConfig c, int headSize, Activation activation, float eps, Weights w, String p) {
        int hidden = c.hiddenSize();
        int wide = c.intermediateSize();
        int attended = c.numAttentionHeads() * headSize;
        return new Layer(
                SelfAttention.of(
                        Linear.readPacked(
                                w, p + "mixer.Wqkv", hidden, true, attended, attended, attended),
                        Linear.read(w, p + "mixer.out_proj", attended, hidden),
                        c.numAttentionHeads(),
                        headSize),
                Norm.read(w, p + "norm1", hidden, eps),
                new FeedForward(
                        Linear.read(w, p + "mlp.fc1", hidden, wide),
                        null,
                        activation,
                        Linear.read(w, p + "mlp.fc2", wide, hidden)),
                Norm.read(w, p + "norm2", hidden, eps));
    }

    @Override
    public EncoderConfig config() {
        return config;
    }

    @Override
    public List<Value> forward(Kernels k, Batch batch) {
        View view = new View(k.attentionBias(batch, batch.window()), k.rotation(rope, batch));
        List<Value> states = new ArrayList<>();
        Value x = k.add(k.lookup(word, batch.ids()), k.row(tokenType, 0)); // [B, S, H]
        x = k.norm(k.flatten(x, config.hiddenSize()), norm); // [B · S, H]
        states.add(x);
        for (Layer layer : layers) {
            x = layer.postNorm(k, x, view, batch); // [B · S, H]
            states.add(x);
        }
        return states;
    }
}
