package io.millrace.cli.demo;

import io.millrace.cli.demo.SafetensorsWriter.Tensor;
import java.util.Collection;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Random weights of a BERT whose mean-pooled vectors still show which words two texts share.
 *
 * <p>Nothing is learned, but the scale is that of a trained model, and two things are as training
 * makes them. Frequent words lie near one common direction, so that "the" and "." say little and
 * rare words much; the last layer's bias takes that direction away again. And each layer adds
 * little to what passes it, so that a token's output stays near its own embedding.
 */
final class DemoWeights {
    private static final long SEED = 20260101;

    private static final double EMBEDDING_SCALE = 0.05;
    private static final double SMALL_SCALE = 0.005;
    private static final double INNER_SCALE = 0.05;
    private static final double OUTER_SCALE = 0.02;

    /** Words of this count are half as telling as words that occur once. */
    private static final double HALF_TELLING_COUNT = 8;

    /** How much of the common direction the mean of a typical message holds. */
    private static final double COMMON_SHARE = 0.8;

    private final SortedMap<String, Tensor> tensors = new TreeMap<>();
    private final double[] common = common();

    private DemoWeights() {}

    static SortedMap<String, Tensor> of(Collection<Integer> wordCounts) {
        DemoWeights weights = new DemoWeights();
        weights.embeddings(wordCounts);
        for (int layer = 0; layer < DemoModel.LAYERS; layer++) {
            weights.layer("encoder.layer." + layer + ".", layer == DemoModel.LAYERS - 1);
        }
        return weights.tensors;
    }

    private void embeddings(Collection<Integer> wordCounts) {
        Random random = random("embeddings.word_embeddings.weight");
        float[] rows = new float[wordCounts.size() * DemoModel.HIDDEN];
        int next = 0;
        for (int count : wordCounts) {
            double own = HALF_TELLING_COUNT / (HALF_TELLING_COUNT + count);
            double shared = Math.sqrt(1 - own * own);
            for (double component : common) {
                double value = shared * component + own * random.nextGaussian();
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

    private void norm(String name, boolean centre) {
        Random random = random(name);
        float[] weight = new float[DemoModel.HIDDEN];
        float[] bias = new float[DemoModel.HIDDEN];
        for (int i = 0; i < DemoModel.HIDDEN; i++) {
            weight[i] = (float) (1 + INNER_SCALE * random.nextGaussian());
            double centring = centre ? -COMMON_SHARE * common[i] : 0;
            bias[i] = (float) (centring + SMALL_SCALE * random.nextGaussian());
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
        tensors.put(name, new Tensor(shape, values));
    }

    /** Mean 0 and variance 1, as layer normalisation will make it. */
    private static double[] common() {
        Random random = random("common direction");
        double[] common = random.doubles(DemoModel.HIDDEN, -1, 1).toArray();
        double mean = 0;
        for (double component : common) {
            mean += component / common.length;
        }
        double variance = 0;
        for (double component : common) {
            variance += (component - mean) * (component - mean) / common.length;
        }
        for (int i = 0; i < common.length; i++) {
            common[i] = (common[i] - mean) / Math.sqrt(variance);
        }
        return common;
    }

    /** Each tensor has its own numbers: one more tensor changes no other. */
    private static Random random(String name) {
        return new Random(SEED + name.hashCode());
    }
}
