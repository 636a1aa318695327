package io.millrace.model.arch;

import java.util.List;
import java.util.stream.IntStream;

/**
 * BERT: learned positions, post-norm attention and feed-forward layers, no norm at the end.
 *
 * <p>Devlin et al. 2018, <a href="https://arxiv.org/abs/1810.04805">BERT: Pre-training of Deep
 * Bidirectional Transformers for Language Understanding</a>; the reference is Hugging Face's <a
 * href="https://github.com/huggingface/transformers/blob/main/src/transformers/models/bert/modeling_bert.py">modeling_bert.py</a>.
 * Token types are always 0, as sentence-transformers feeds them for single texts.
 */
final class Bert implements Architecture {
    private final EncoderConfig config;
    private final Embeddings embeddings;
    private final List<Layer> layers;

    Bert(EncoderConfig config, Weights weights) {
        this.config = config;
        this.embeddings = Embeddings.read(config, weights);
        this.layers =
                IntStream.range(0, config.numHiddenLayers())
                        .mapToObj(i -> Layer.read(config, weights, "encoder.layer." + i + "."))
                        .toList();
    }

    /** What a token is, where it stands, and which of two texts it belongs to. */
    private record Embeddings(Weight word, Weight position, Weight tokenType, Norm norm) {
        static Embeddings read(EncoderConfig c, Weights w) {
            int hidden = c.hiddenSize();
            return new Embeddings(
                    w.get("embeddings.word_embeddings.weight", c.vocabSize(), hidden),
                    w.get(
                            "embeddings.position_embeddings.weight",
                            c.maxPositionEmbeddings(),
                            hidden),
                    w.get("embeddings.token_type_embeddings.weight", c.typeVocabSize(), hidden),
                    Norm.read(w, "embeddings.LayerNorm", hidden, c.layerNormEps()));
        }
    }

    /** Attention, then two dense layers; each adds to what came in and is normalised after. */
    private record Layer(
            Linear query,
            Linear key,
            Linear value,
            Linear attentionOutput,
            Norm attentionNorm,
            Linear intermediate,
            Linear output,
            Norm outputNorm) {
        static Layer read(EncoderConfig c, Weights w, String p) {
            int hidden = c.hiddenSize();
            int wide = c.intermediateSize();
            float eps = c.layerNormEps();
            return new Layer(
                    Linear.read(w, p + "attention.self.query", hidden, hidden),
                    Linear.read(w, p + "attention.self.key", hidden, hidden),
                    Linear.read(w, p + "attention.self.value", hidden, hidden),
                    Linear.read(w, p + "attention.output.dense", hidden, hidden),
                    Norm.read(w, p + "attention.output.LayerNorm", hidden, eps),
                    Linear.read(w, p + "intermediate.dense", hidden, wide),
                    Linear.read(w, p + "output.dense", wide, hidden),
                    Norm.read(w, p + "output.LayerNorm", hidden, eps));
        }
    }

    @Override
    public Value forward(Kernels k, Batch batch) {
        Value bias = k.attentionBias(batch); // [B, 1, 1 or S, S]
        Value x = embed(k, batch); // [B · S, H]
        for (Layer layer : layers) {
            x = attend(k, layer, x, bias, batch); // [B · S, H]
            x = feedForward(k, layer, x); // [B · S, H]
        }
        return x;
    }

    private Value embed(Kernels k, Batch batch) {
        Value x = k.lookup(embeddings.word, batch.ids()); // [B, S, H]
        x = k.add(x, k.row(embeddings.tokenType, 0)); // [H] to every token
        x = k.add(x, k.positions(embeddings.position, batch)); // [S, H] to every row
        return k.layerNorm(k.flatten(x, config.hiddenSize()), embeddings.norm);
    }

    private Value attend(Kernels k, Layer layer, Value x, Value bias, Batch batch) {
        List<Value> qkv =
                k.heads(
                        x,
                        List.of(layer.query, layer.key, layer.value),
                        config.numAttentionHeads(),
                        config.headSize(),
                        batch); // [B, h, S, d] each
        float scale = (float) (1 / Math.sqrt(config.headSize()));
        Value attention = k.softmax(k.scores(qkv.get(0), qkv.get(1), scale, bias)); // [B, h, S, S]
        Value context = k.context(attention, qkv.get(2), config.hiddenSize()); // [B · S, H]
        return k.layerNorm(k.denseAdd(context, layer.attentionOutput, x), layer.attentionNorm);
    }

    private Value feedForward(Kernels k, Layer layer, Value x) {
        Value wide = k.dense(x, layer.intermediate, config.hiddenAct()); // [B · S, I]
        return k.layerNorm(k.denseAdd(wide, layer.output, x), layer.outputNorm);
    }
}
