package io.millrace.model.encode;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.millrace.model.arch.KernelChoice;
import io.millrace.model.read.ModelDirectory;
import io.millrace.model.testing.Golden;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.RunMetadata;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.types.TInt32;

/**
 * What a CPU really runs: the graph after all of TensorFlow's rewriting. Unfused, every other test
 * would pass, and only time would tell.
 */
@EnabledIfSystemProperty(named = "os.arch", matches = "amd64") // where TensorFlow has oneDNN
class FusionTest {
    private static final RunOptions WITH_GRAPHS =
            RunOptions.newBuilder().setOutputPartitionGraphs(true).build();

    /** What dense layers, layer norms and products of heads are when they are not fused. */
    private static final String[] UNFUSED = {
        "MatMul[]",
        "_MklMatMul[]",
        "_FusedMatMul[]",
        "BatchMatMul[]",
        "BatchMatMulV2[]",
        "BatchMatMulV3[]",
        "Erf[]",
        "Softmax[]"
    };

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aLayerOfBertIsEightOperationsThatMatter(Precision precision) {
        Map<String, Integer> operations = operations("bert-mean", precision);
        int layers = 3;
        assertThat(operations)
                .containsEntry("_MklNativeFusedMatMul[BiasAdd]", layers) // query, key, value
                .containsEntry("_MklFusedBatchMatMulV2[Mul, Add]", layers) // scores and mask
                .containsEntry("_MklSoftmax[]", layers)
                .containsEntry("_MklNativeFusedMatMul[BiasAdd, GeluExact]", layers)
                .containsEntry("_MklNativeFusedMatMul[BiasAdd, Add]", 2 * layers)
                .containsEntry("_MklLayerNorm[]", 2 * layers + 1)
                .doesNotContainKeys(UNFUSED)
                .doesNotContainKeys("BiasAdd[]", "SquaredDifference[]");
    }

    /** Heads' values by attention, and the mean over tokens as a product of matrices. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void productsOfMatricesRunOnOneDnn(Precision precision) {
        assertThat(operations("bert-mean", precision)).containsEntry("_MklBatchMatMulV2[]", 3 + 1);
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aGateOfSiluIsOneOperation(Precision precision) {
        assertThat(operations("qwen3", precision))
                .containsKey("_MklSwish[]")
                .doesNotContainKeys("Sigmoid[]");
    }

    static Stream<Arguments> cases() {
        return Golden.all().stream()
                .flatMap(
                        golden ->
                                Stream.of(Precision.values())
                                        .map(precision -> Arguments.of(golden, precision)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void noArchitectureLosesAFusion(Golden golden, Precision precision) {
        assertThat(operations(golden.toString(), precision))
                .containsKey("_MklNativeFusedMatMul[BiasAdd]")
                .doesNotContainKeys(UNFUSED);
    }

    private static Map<String, Integer> operations(String golden, Precision precision) {
        ModelDirectory directory = ModelDirectory.open(Golden.of(golden).directory());
        KernelChoice kernels =
                KernelChoice.here(
                        TensorFlowEncoder.floats(precision), ConfigProto.getDefaultInstance());
        assertThat(kernels.fused()).as(kernels.reason()).isTrue();
        try (Graph graph = new Graph()) {
            EncoderGraph encoder =
                    EncoderGraph.build(
                            graph, directory, directory.pipeline(), AttentionMask.PADDING, kernels);
            try (Session session = new Session(graph)) {
                encoder.load(session);
                return operations(session, encoder);
            }
        }
    }

    private static Map<String, Integer> operations(Session session, EncoderGraph encoder) {
        try (TInt32 ids = TInt32.tensorOf(Shape.of(2, 8), DataBuffers.of(new int[16]));
                TInt32 lengths = TInt32.tensorOf(Shape.of(2), DataBuffers.of(8, 5));
                Result result =
                        session.runner()
                                .setOptions(WITH_GRAPHS)
                                .feed(encoder.ids(), ids)
                                .feed(encoder.lengths(), lengths)
                                .fetch(encoder.vectors())
                                .runAndFetchMetadata()) {
            RunMetadata metadata = result.getMetadata().orElseThrow();
            Map<String, Integer> operations = new TreeMap<>();
            for (GraphDef graph : metadata.getPartitionGraphsList()) {
                graph.getNodeList()
                        .forEach(node -> operations.merge(describe(node), 1, Integer::sum));
            }
            return operations;
        }
    }

    /** Its operation, what is fused into it, and whether it may not keep its weights laid out. */
    private static String describe(NodeDef node) {
        AttrValue kept =
                node.getAttrOrDefault("is_filter_const", AttrValue.newBuilder().setB(true).build());
        return (kept.getB() ? "" : "variable ")
                + node.getOp()
                + node
                        .getAttrOrDefault("fused_ops", AttrValue.getDefaultInstance())
                        .getList()
                        .getSList()
                        .stream()
                        .map(ByteString::toStringUtf8)
                        .toList();
    }
}
