package io.millrace.model.arch;

import io.millrace.model.arch.SelfAttention.View;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Jina's BERT of the second generation: no positions but a bias that falls with distance, and a
 * gated feed-forward part. Its configuration calls itself {@code bert}; the code that it names
 * tells.
 *
 * <p>Günther et al. 2023, <a href="https://arxiv.org/abs/2310.19923">Jina Embeddings 2</a>; the
 * form of its layers is that of Jina's <a
 * href="https://huggingface.co/jinaai/jina-bert-implementation">jina-bert-implementation</a>, and
 * of the variant for code, which normalises queries and keys, <a
 * href="https://huggingface.co/jinaai/jina-bert-v2-qk-post-norm">jina-bert-v2-qk-post-norm</a>.
 */
final class JinaBert implements Architecture {
    private static final String CODE = "jinaai/jina-bert-implementation";
    private static final String CODE_WITH_NORMS = "jinaai/jina-bert-v2-qk-post-norm";

    private final EncoderConfig config;
    private final Weight word;
    private final Weight tokenType;
    private final Norm norm;
    private final List<Layer> layers;

    /** Whether a configuration that calls itself {@code bert} is one of these. */
    static boolean isMeant(ConfigKeys keys) {
        String code = code(keys);
        return keys.text("model_type", "").equals("bert")
                && (code.contains(CODE) || code.contains(CODE_WITH_NORMS));
    }

    private static String code(ConfigKeys keys) {
        return keys.object("auto_map").text("AutoConfig", "") + keys.text("_name_or_path", "");
    }

    JinaBert(ConfigKeys keys, Weights weights) {
        int hidden = keys.width("hidden_size", 768);
        int positions = keys.rows("max_position_embeddings", 512);
        this.config =
                new EncoderConfig(
                                ModelType.JINA_BERT,
                                keys.rows("vocab_size", 30522),
                                hidden,
                                keys.layers("num_hidden_layers", 12),
                                keys.width("num_attention_heads", 12),
                                keys.intermediate("intermediate_size", 3072),
                                positions,
                                EncoderConfig.UNLIMITED,
                                keys.id("pad_token_id", 0),
                                keys.flag("is_decoder", false))
                        .checked(keys, "num_attention_heads", "hidden_size");
        float eps = keys.epsilon("layer_norm_eps", 1e-12f);
        int types = keys.rows("type_vocab_size", 2);
        if (!keys.text("position_embedding_type", "alibi").equals("alibi")) {
            keys.problem("position_embedding_type", "alibi");
        }
        Activation activation = activation(keys);
        boolean norms = code(keys).contains(CODE_WITH_NORMS);

        this.word = weights.get("embeddings.word_embeddings.weight", config.vocabSize(), hidden);
        this.tokenType = weights.get("embeddings.token_type_embeddings.weight", types, hidden);
        this.norm = Norm.read(weights, "embeddings.LayerNorm", hidden, eps);
        this.layers =
                IntStream.range(0, config.numHiddenLayers())
                        .mapToObj(i -> "encoder.layer." + i + ".")
                        .map(
                                p ->
                                        norms
                                                ? withNorms(config, activation, eps, weights, p)
                                                : plain(config, activation, eps, weights, p))
                        .toList();
    }

    private static Activation activation(ConfigKeys keys) {
        return switch (keys.text("feed_forward_type", "geglu")) {
            case "geglu" -> Activation.GELU_ERF;
            case "reglu" -> Activation.RELU;
            default -> {
                keys.problem("feed_forward_type", "geglu or reglu");
                yield Activation.IDENTITY;
            }
        };
    }

    private static Layer plain(
            EncoderConfig c, Activation activation, float eps, Weights w, String p) {
        int hidden = c.hiddenSize();
        int wide = c.intermediateSize();
        List<Linear> gateAndUp =
                Linear.readPacked(w, p + "mlp.gated_layers", hidden, false, wide, wide);
        return new Layer(
                attention(c, w, p),
                Norm.read(w, p + "attention.output.LayerNorm", hidden, eps),
                new FeedForward(
                        gateAndUp.get(1),
                        gateAndUp.get(0),
                        activation,
                        Linear.read(w, p + "mlp.wo", wide, hidden)),
                Norm.read(w, p + "mlp.layernorm", hidden, eps));
    }

    private static Layer withNorms(
            EncoderConfig c, Activation activation, float eps, Weights w, String p) {
        int hidden = c.hiddenSize();
        int wide = c.intermediateSize();
        List<Linear> upAndGate =
                Linear.readPacked(w, p + "mlp.up_gated_layer", hidden, false, wide, wide);
        return new Layer(
                attention(c, w, p)
                        .with(
                                Norm.read(w, p + "attention.self.layer_norm_q", hidden, eps),
                                Norm.read(w, p + "attention.self.layer_norm_k", hidden, eps)),
                Norm.read(w, p + "layer_norm_1", hidden, eps),
                new FeedForward(
                        upAndGate.get(0),
                        upAndGate.get(1),
                        activation,
                        Linear.read(w, p + "mlp.down_layer", wide, hidden)),
                Norm.read(w, p + "layer_norm_2", hidden, eps));
    }

    private static SelfAttention attention(EncoderConfig c, Weights w, String p) {
        int hidden = c.hiddenSize();
        return SelfAttention.of(
                List.of(
                        Linear.read(w, p + "attention.self.query", hidden, hidden),
                        Linear.read(w, p + "attention.self.key", hidden, hidden),
                        Linear.read(w, p + "attention.self.value", hidden, hidden)),
                Linear.read(w, p + "attention.output.dense", hidden, hidden),
                c.numAttentionHeads(),
                hidden / c.numAttentionHeads());
    }

    @Override
    public EncoderConfig config() {
        return config;
    }

    @Override
    public List<Value> forward(Kernels k, Batch batch) {
        Value falling = k.linearBias(LinearBias.slopes(config.numAttentionHeads()), batch);
        Value mask = k.attentionBias(batch, batch.window());
        View view = new View(k.add(mask, falling), null); // [B, h, S, S]
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
