package io.millrace.cli.convert;

import io.millrace.model.arch.Weight;
import java.io.IOException;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * A BERT as PyTorch exports it to ONNX, and as transformers stores it.
 *
 * <p>The exporter keeps the names of parameters that it uses as they are. A linear layer's weight
 * it stores transposed, as {@code onnx::MatMul_787}; which layer that is, the name of its node
 * says: {@code /encoder/layer.0/attention/self/query/MatMul}. What no tensor's shape tells, the
 * operations do: what attention scores are divided by is the root of a head's width.
 *
 * <p>Whatever is not as expected is refused: a tensor too many or too few, or of another shape, or
 * an activation that is not GELU.
 *
 * @param weights in the order of their names
 */
record OnnxBert(BertSize size, List<Weight> weights) {
    private static final String WORDS = "embeddings.word_embeddings.weight";
    private static final String POSITIONS = "embeddings.position_embeddings.weight";
    private static final String TYPES = "embeddings.token_type_embeddings.weight";
    private static final String INTERMEDIATE = "encoder.layer.0.intermediate.dense.bias";

    /** Not trained: 0, 1, 2, …. Newer exports leave it out, and transformers does not store it. */
    private static final String POSITION_IDS = "embeddings.position_ids";

    static OnnxBert of(OnnxGraph graph) throws IOException {
        SortedMap<String, Weight> weights = weights(graph);
        BertSize size = size(graph, weights);
        SortedMap<String, List<Integer>> expected = size.shapes();
        if (!weights.keySet().equals(expected.keySet())) {
            throw new IOException(
                    "expected the weights of a BERT with %d layers, found none of %s, and of no use %s"
                            .formatted(
                                    size.layers(),
                                    difference(expected.keySet(), weights.keySet()),
                                    difference(weights.keySet(), expected.keySet())));
        }
        SortedMap<String, List<Integer>> found = new TreeMap<>();
        weights.values().forEach(weight -> found.put(weight.name(), weight.shape()));
        for (Map.Entry<String, List<Integer>> shape : expected.entrySet()) {
            if (!found.entrySet().contains(shape)) {
                throw new IOException(
                        "weight %s: expected shape %s, found %s"
                                .formatted(
                                        shape.getKey(),
                                        shape.getValue(),
                                        found.get(shape.getKey())));
            }
        }
        return new OnnxBert(size, List.copyOf(weights.values()));
    }

    private static SortedMap<String, Weight> weights(OnnxGraph graph) throws IOException {
        SortedMap<String, Weight> weights = new TreeMap<>();
        Map<String, OnnxTensor> unused = new TreeMap<>(graph.initializers());
        for (OnnxGraph.Node node : graph.nodes()) {
            if (!node.type().equals("MatMul") || node.inputs().size() != 2) {
                continue;
            }
            OnnxTensor factor = graph.initializers().get(node.inputs().get(1));
            if (factor != null) {
                String name = layer(node) + ".weight";
                weights.put(name, factor.transposedAs(name));
                unused.remove(factor.name());
            }
        }
        for (OnnxTensor tensor : List.copyOf(unused.values())) {
            String name = tensor.name();
            if (name.equals(POSITION_IDS)) {
                expectCounting(tensor);
            } else if (name.startsWith("embeddings.") || name.startsWith("encoder.")) {
                weights.put(name, tensor.as(name));
            } else {
                continue;
            }
            unused.remove(name);
        }
        expect("tensors that are no weight of a BERT", Set.of(), unused.keySet());
        return weights;
    }

    private static BertSize size(OnnxGraph graph, Map<String, Weight> weights) throws IOException {
        int hidden = dimension(weights, WORDS, 1);
        List<OnnxGraph.Node> softmaxes = nodes(graph, node -> node.type().equals("Softmax"));
        expect(
                "operations Erf, of which GELU has one for each attention",
                softmaxes.size(),
                nodes(graph, node -> node.type().equals("Erf")).size());
        double scale = constant(graph, node -> node.name().endsWith("/attention/self/Div"));
        long headWidth = Math.round(scale * scale);
        if (headWidth == 0 || hidden % headWidth != 0) {
            throw new IOException(
                    "attention scores: expected the root of a divisor of %d below them, found %s"
                            .formatted(hidden, scale));
        }
        return new BertSize(
                dimension(weights, WORDS, 0),
                dimension(weights, POSITIONS, 0),
                dimension(weights, TYPES, 0),
                hidden,
                dimension(weights, INTERMEDIATE, 0),
                softmaxes.size(),
                Math.toIntExact(hidden / headWidth),
                constant(graph, node -> node.name().endsWith("/LayerNorm/Add")));
    }

    private static int dimension(Map<String, Weight> weights, String name, int index)
            throws IOException {
        Weight weight = weights.get(name);
        if (weight == null || weight.shape().size() <= index) {
            throw new IOException(
                    "expected a BERT with a tensor %s of %d or more dimensions, found %s"
                            .formatted(name, index + 1, weight == null ? "none" : weight.shape()));
        }
        return weight.shape().get(index);
    }

    /** The number that all these operations have as their second operand. */
    private static double constant(OnnxGraph graph, Predicate<OnnxGraph.Node> which)
            throws IOException {
        Set<Float> found = new HashSet<>();
        List<String> names = new ArrayList<>();
        for (OnnxGraph.Node node : nodes(graph, which)) {
            names.add(node.name());
            OnnxTensor constant = graph.constants().get(node.inputs().get(1));
            if (constant != null) {
                found.add(constant.scalar());
            }
        }
        expect("constants of the operations " + names, 1, found.size());
        // As a decimal number: 1e-12, not what float32 makes of it.
        return Double.parseDouble(found.iterator().next().toString());
    }

    private static List<OnnxGraph.Node> nodes(OnnxGraph graph, Predicate<OnnxGraph.Node> which) {
        return graph.nodes().stream().filter(which).toList();
    }

    private static String layer(OnnxGraph.Node node) throws IOException {
        if (!node.name().matches("/.+/MatMul")) {
            throw new IOException(
                    "expected a node named /…/MatMul, found '%s'".formatted(node.name()));
        }
        return node.name()
                .substring(1, node.name().length() - "/MatMul".length())
                .replace('/', '.');
    }

    private static void expectCounting(OnnxTensor positions) throws IOException {
        LongBuffer ids = positions.bytes(OnnxTensor.INT64, Long.BYTES).asLongBuffer();
        for (int i = 0; i < ids.remaining(); i++) {
            expect("position " + i, (long) i, ids.get(i));
        }
    }

    private static void expect(String what, Object expected, Object found) throws IOException {
        if (!expected.equals(found)) {
            throw new IOException("%s: expected %s, found %s".formatted(what, expected, found));
        }
    }

    private static Set<String> difference(Set<String> all, Set<String> without) {
        Set<String> difference = new TreeSet<>(all);
        difference.removeAll(without);
        return difference;
    }
}
