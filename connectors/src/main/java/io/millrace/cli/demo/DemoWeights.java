package io.millrace.cli.demo;

import io.millrace.model.arch.Weight;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;

/**
 * Random weights of a BERT whose mean-pooled vectors still show which words two texts share.
 *
 * <p>Nothing is learned, but two things are as training makes them. Words that are everywhere say
 * little: they lie mostly in a few components, and the last layer norm leaves these out. And each
 * layer adds little to what passes it, so that a token's output stays near its own embedding.
 */
final class DemoWeights {
    private static final long SEED = 20260101;

    private static final double EMBEDDING_SCALE = 0.05;
    private static final double SMALL_SCALE = 0.0005;
    private static final double INNER_SCALE = 0.05;
    private static final double OUTER_SCALE = 0.002;

    /** Words of this count are half as telling as words that occur once. */
    private static final double HALF_TELLING_COUNT = 6;

    /** The components of the words that are everywhere. */
    private static final int COMMON = 8;

    private final List<Weight> weights = new ArrayList<>();

    private DemoWeights() {}

    /**
     * The weights.
     *
     * @param wordCounts how often each token of the vocabulary occurs
     */
    static List<Weight> of(Collection<Integer> wordCounts) {
        DemoWeights weights = new DemoWeights();
        weights.embeddings(wordCounts);
        for (int layer = 0; layer < DemoModel.LAYERS; layer++) {
            weights.layer("encoder.layer." + layer + ".", layer == DemoModel.LAYERS - 1);
        }
        return weights.weights;
    }

    private void embeddings(Collection<Integer> wordCounts) {
        Random random = random("embeddings.word_embeddings.weight");
        float[] rows = new float[wordCounts.size() * DemoModel.HIDDEN];
        int next = 0;
        for (int count : wordCounts) {
            double own = own(count);
            double shared = shared(count);
            for (int i = 0; i < DemoModel.HIDDEN; i++) {
                double value = shared * common(i) + own * random.nextGaussian();
                rows[next++] = (float) (EMBEDDING_SCALE * value);
            }
        }
        put("embeddings.word_embeddings.weight", rows, wordCounts.size(), DemoModel.HIDDEN);
        gaussian(
                "embeddings.position_embeddings.weight",
                SMALL_SCALE,
                DemoModel.POSITIONS,
                DemoModel.HIDDEN);
        gaussian("embeddings.token_type_embeddings.weight", SMALL_SCALE, 2, DemoModel.HIDDEN);
        norm("embeddings.LayerNorm", false);
    }

    private static double own(int count) {
        return HALF_TELLING_COUNT / (HALF_TELLING_COUNT + count);
    }

    /** With {@link #own}, so much that the token's length is the same. */
    private static double shared(int count) {
        return Math.sqrt(1 - own(count) * own(count));
    }

    private void layer(String prefix, boolean last) {
        for (String part : new String[] {"query", "key", "value"}) {
            dense(
                    prefix + "attention.self." + part,
                    INNER_SCALE,
                    DemoModel.HIDDEN,
                    DemoModel.HIDDEN);
        }
        dense(prefix + "attention.output.dense", OUTER_SCALE, DemoModel.HIDDEN, DemoModel.HIDDEN);
        norm(prefix + "attention.output.LayerNorm", false);
        dense(prefix + "intermediate.dense", INNER_SCALE, DemoModel.INTERMEDIATE, DemoModel.HIDDEN);
        dense(prefix + "output.dense", OUTER_SCALE, DemoModel.HIDDEN, DemoModel.INTERMEDIATE);
        norm(prefix + "output.LayerNorm", last);
    }

    private void dense(String name, double scale, int out, int in) {
        gaussian(name + ".weight", scale, out, in);
        gaussian(name + ".bias", SMALL_SCALE, out);
    }

    private void norm(String name, boolean last) {
        Random random = random(name);
        float[] weight = new float[DemoModel.HIDDEN];
        float[] bias = new float[DemoModel.HIDDEN];
        for (int i = 0; i < DemoModel.HIDDEN; i++) {
            double near1 = 1 + INNER_SCALE * random.nextGaussian();
            weight[i] = last && i < COMMON ? 0 : (float) near1;
            bias[i] = (float) (SMALL_SCALE * random.nextGaussian());
        }
        put(name + ".weight", weight, DemoModel.HIDDEN);
        put(name + ".bias", bias, DemoModel.HIDDEN);
    }

    private void gaussian(String name, double scale, int... shape) {
        int length = 1;
        for (int dimension : shape) {
            length *= dimension;
        }
        Random random = random(name);
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) (scale * random.nextGaussian());
        }
        put(name, values, shape);
    }

    private void put(String name, float[] values, int... shape) {
        weights.add(Weight.computed(name, values, shape));
    }

    /** The common direction: mean 0 and variance 1, as layer normalisation makes everything. */
    private static double common(int component) {
        if (component >= COMMON) {
            return 0;
        }
        double size = Math.sqrt((double) DemoModel.HIDDEN / COMMON);
        return component % 2 == 0 ? size : -size;
    }

    /** Each tensor has its own numbers: one more tensor changes no other. */
    private static Random random(String name) {
        return new Random(SEED + name.hashCode());
    }
}
