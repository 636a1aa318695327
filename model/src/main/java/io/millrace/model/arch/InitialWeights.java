package io.millrace.model.arch;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * The weights of a {@link Transformer} before any training, drawn from a seed.
 *
 * <p>The key {@code initializer} of the configuration chooses how: {@code type}, one of {@code
 * xavier_uniform} (as torch.nn.Transformer; the default), {@code xavier_normal} (Glorot and Bengio
 * 2010, <a href="https://proceedings.mlr.press/v9/glorot10a.html">Understanding the difficulty of
 * training deep feedforward neural networks</a>), {@code kaiming_uniform}, {@code kaiming_normal}
 * (He et al. 2015, <a href="https://arxiv.org/abs/1502.01852">Delving Deep into Rectifiers</a>) or
 * {@code normal} with {@code std} (0.02, as BERT). Embeddings are normal, with {@code
 * embedding_std}, by default the same or else one over the root of the hidden size. Norms begin as
 * ones, biases as zeros. Queries, keys and values that are stored as one are drawn as three.
 *
 * <p>Each tensor has a generator of its own, by its name and the seed; {@link Random}'s algorithm
 * is documented. So the same seed gives the same bytes.
 */
public final class InitialWeights {
    private static final int CHUNK = 1 << 13;

    private final ConfigKeys keys;
    private final TransformerSettings settings;
    private final Scheme scheme;
    private final long seed;

    private InitialWeights(ConfigKeys keys, long seed) {
        this.keys = keys;
        this.settings = TransformerSettings.read(keys);
        this.scheme = Scheme.read(keys.object("initializer"), settings.sizes().hiddenSize());
        this.seed = seed;
    }

    /**
     * All tensors under their names, computed when they are read; what is wrong with the
     * configuration is noted there.
     *
     * @param keys {@code config.json} of {@code model_type: "transformer"}
     */
    public static List<Weight> of(ConfigKeys keys, long seed) {
        if (ModelType.of(keys).orElse(ModelType.TRANSFORMER) != ModelType.TRANSFORMER) {
            keys.problem("model_type", "transformer, as others are trained by those who made them");
        }
        return new InitialWeights(keys, seed).all();
    }

    private List<Weight> all() {
        Map<String, List<Integer>> shapes = new LinkedHashMap<>();
        Weights asked =
                new Weights() {
                    @Override
                    public Weight get(String name, int... shape) {
                        Weight weight = Weight.computed(name, new float[0], shape);
                        shapes.put(name, weight.shape());
                        return weight;
                    }

                    @Override
                    public boolean has(String name) {
                        return shapes.containsKey(name);
                    }
                };
        Architecture.read(ModelType.TRANSFORMER, keys, asked);
        List<Weight> weights = new ArrayList<>();
        shapes.forEach((name, shape) -> weights.add(weight(name, shape)));
        return weights;
    }

    private Weight weight(String name, List<Integer> shape) {
        if (name.endsWith("projection_matrix")) {
            return RandomFeatures.weight(name, shape.get(0), shape.get(1), seedOf(name));
        }
        return new Weight(
                name,
                shape,
                (from, count, consumer) -> {
                    Numbers numbers = numbers(name, shape);
                    float[] chunk = new float[CHUNK];
                    int length = 0;
                    for (long i = 0; i < from + count; i++) {
                        float next = numbers.next(i);
                        if (i >= from) {
                            chunk[length++] = next;
                        }
                        if (length == CHUNK || i == from + count - 1) {
                            consumer.accept(chunk, length);
                            length = 0;
                        }
                    }
                });
    }

    /** The numbers of a tensor, one after the other. */
    private interface Numbers {
        float next(long index);
    }

    private Numbers numbers(String name, List<Integer> shape) {
        if (shape.size() == 1) {
            float constant = name.endsWith("bias") ? 0 : 1;
            return index -> constant;
        }
        Random random = new Random(seedOf(name));
        if (name.startsWith("embeddings.")) {
            return index -> (float) (scheme.embeddingDeviation * random.nextGaussian());
        }
        int rows = shape.get(0);
        int in = shape.get(1);
        if (!name.endsWith("in_proj_weight")) {
            return index -> scheme.draw(random, in, rows);
        }
        int queries = settings.sizes().numAttentionHeads() * settings.headSize();
        int keyRows = (rows - queries) / 2;
        return index -> scheme.draw(random, in, index / in < queries ? queries : keyRows);
    }

    /** Mixed as in SplittableRandom, so that neighbouring seeds have nothing in common. */
    private long seedOf(String name) {
        long mixed = seed * 0x9E3779B97F4A7C15L + name.hashCode();
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /** How a matrix is drawn. */
    private enum Spread {
        XAVIER_UNIFORM,
        XAVIER_NORMAL,
        KAIMING_UNIFORM,
        KAIMING_NORMAL,
        NORMAL
    }

    private record Scheme(Spread spread, double deviation, double embeddingDeviation) {
        static Scheme read(ConfigKeys keys, int hidden) {
            Spread spread =
                    TransformerSettings.choice(keys, "type", Spread.class, Spread.XAVIER_UNIFORM);
            float std = keys.number("std", 0.02f, 0, Float.MAX_VALUE);
            if (keys.has("std") && spread != Spread.NORMAL) {
                keys.problem("std", "none, unless type is normal");
            }
            float words = spread == Spread.NORMAL ? std : SelfAttention.scale(hidden);
            return new Scheme(spread, std, keys.number("embedding_std", words, 0, Float.MAX_VALUE));
        }

        float draw(Random random, int in, int out) {
            return (float)
                    switch (spread) {
                        case XAVIER_UNIFORM -> uniform(random, Math.sqrt(6.0 / (in + out)));
                        case XAVIER_NORMAL -> random.nextGaussian() * Math.sqrt(2.0 / (in + out));
                        case KAIMING_UNIFORM -> uniform(random, Math.sqrt(6.0 / in));
                        case KAIMING_NORMAL -> random.nextGaussian() * Math.sqrt(2.0 / in);
                        case NORMAL -> random.nextGaussian() * deviation;
                    };
        }

        private static double uniform(Random random, double bound) {
            return (2 * random.nextDouble() - 1) * bound;
        }
    }
}
