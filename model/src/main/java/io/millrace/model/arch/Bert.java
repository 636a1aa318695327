package io.millrace.model.arch;

import io.millrace.model.arch.SelfAttention.View;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * BERT: learned positions, post-norm attention and feed-forward layers, no norm at the end.
 *
 * <p>Devlin et al. 2018, <a href="https://arxiv.org/abs/1810.04805">BERT: Pre-training of Deep
 * Bidirectional Transformers for Language Understanding</a>; the reference is Hugging Face's <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/bert/modeling_bert.py">modeling_bert.py</a>.
 * Token types are always 0, as sentence-transformers feeds them for single texts.
 *
 * <p>RoBERTa (<a href="https://arxiv.org/abs/1907.11692">Liu et al. 2019</a>), XLM-RoBERTa and
 * CamemBERT differ in where positions begin: after the id of the padding. ELECTRA (<a
 * href="https://arxiv.org/abs/2003.10555">Clark et al. 2020</a>) may have narrower embeddings and a
 * projection after them.
 */
final class Bert implements Architecture {
    private static final LayerNames LAYER =
            new LayerNames(
                    "attention.self.query",
                    "attention.self.key",
                    "attention.self.value",
                    "attention.output.dense",
                    "attention.output.LayerNorm",
                    "intermediate.dense",
                    "output.dense",
                    "output.LayerNorm");

    private final EncoderConfig config;
    private final boolean countedPositions;
    private final Embeddings embeddings;
    private final List<Layer> layers;

    Bert(ModelType type, ConfigKeys keys, Weights weights) {
        this.countedPositions =
                switch (type) {
                    case ROBERTA, XLM_ROBERTA, CAMEMBERT -> true;
                    default -> false;
                };
        boolean electra = type == ModelType.ELECTRA;
        int hidden = keys.width("hidden_size", electra ? 256 : 768);
        int wide = keys.intermediate("intermediate_size", electra ? 1024 : 3072);
        int padding = keys.id("pad_token_id", countedPositions ? 1 : 0);
        int rows = keys.rows("max_position_embeddings", 512);
        int positions = countedPositions ? Math.max(rows - padding - 1, 1) : rows;
        String positionType = keys.text("position_embedding_type", "absolute");
        if (!positionType.equals("absolute")) {
            keys.problem("position_embedding_type", "absolute");
        }
        this.config =
                new EncoderConfig(
                                type,
                                keys.rows("vocab_size", countedPositions ? 50265 : 30522),
                                hidden,
                                keys.layers("num_hidden_layers", 12),
                                keys.width("num_attention_heads", electra ? 4 : 12),
                                wide,
                                positions,
                                positions,
                                padding,
                                keys.flag("is_causal", keys.flag("is_decoder", false)))
                        .checked(keys, "num_attention_heads", "hidden_size");
        Activation activation = keys.activation("hidden_act", "gelu");
        float eps = keys.epsilon("layer_norm_eps", 1e-12f);
        int embedding = electra ? keys.width("embedding_size", 128) : hidden;
        int types = keys.rows("type_vocab_size", 2);

        this.embeddings = Embeddings.read(config, embedding, rows, types, eps, weights);
        this.layers =
                IntStream.range(0, config.numHiddenLayers())
                        .mapToObj(i -> "encoder.layer." + i + ".")
                        .map(p -> LAYER.read(config, activation, eps, weights, p))
                        .toList();
    }

    /** What a token is, where it stands, and which of two texts it belongs to. */
    private record Embeddings(
            Weight word,
            Weight position,
            Weight tokenType,
            Norm norm,
            @Nullable Linear projection) {
        static Embeddings read(
                EncoderConfig c, int width, int rows, int types, float eps, Weights w) {
            int hidden = c.hiddenSize();
            return new Embeddings(
                    w.get("embeddings.word_embeddings.weight", c.vocabSize(), width),
                    w.get("embeddings.position_embeddings.weight", rows, width),
                    w.get("embeddings.token_type_embeddings.weight", types, width),
                    Norm.read(w, "embeddings.LayerNorm", width, eps),
                    width == hidden ? null : Linear.read(w, "embeddings_project", width, hidden));
        }
    }

    @Override
    public EncoderConfig config() {
        return config;
    }

    @Override
    public List<Value> forward(Kernels k, Batch batch) {
        View view = new View(k.attentionBias(batch, batch.window()), null);
        List<Value> states = new ArrayList<>();
        Value x = embed(k, batch); // [B · S, H]
        states.add(x);
        for (Layer layer : layers) {
            x = layer.postNorm(k, x, view, batch); // [B · S, H]
            states.add(x);
        }
        return states;
    }

    private Value embed(Kernels k, Batch batch) {
        Value x = k.lookup(embeddings.word, batch.ids()); // [B, S, E]
        x = k.add(x, k.row(embeddings.tokenType, 0)); // [E] to every token
        x = k.add(x, positions(k, batch));
        x = k.norm(k.flatten(x, embeddings.word.shape().get(1)), embeddings.norm); // [B · S, E]
        return embeddings.projection == null
                ? x
                : k.dense(x, embeddings.projection, Activation.IDENTITY); // [B · S, H]
    }

    /** {@code [S, E] or [B, S, E]} */
    private Value positions(Kernels k, Batch batch) {
        return countedPositions
                ? k.lookup(embeddings.position, k.countedPositions(config.padTokenId(), batch))
                : k.positions(embeddings.position, batch);
    }
}
