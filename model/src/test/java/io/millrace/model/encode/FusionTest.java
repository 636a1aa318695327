package io.millrace.model.encode;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.millrace.model.read.ModelDirectory;
import io.millrace.model.testing.Golden;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.tensorflow.Graph;
import org.tensorflow.Result;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.AttrValue;
import org.tensorflow.proto.GraphDef;
import org.tensorflow.proto.NodeDef;
import org.tensorflow.proto.RunMetadata;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.types.TInt32;

/** The graph has the forms that TensorFlow's optimiser fuses for a CPU; others run, but slower. */
class FusionTest {
    private static final RunOptions WITH_GRAPHS =
            RunOptions.newBuilder().setOutputPartitionGraphs(true).build();

    @Test
    @EnabledIfSystemProperty(named = "os.arch", matches = "amd64") // where TensorFlow has oneDNN
    void denseLayersAreOneOperationWithTheirBiasAndActivation() {
        ModelDirectory directory = ModelDirectory.open(Golden.of("bert-mean").directory());
        try (Graph graph = new Graph()) {
            EncoderGraph encoder =
                    EncoderGraph.build(
                            graph, directory, directory.pipeline(), AttentionMask.PADDING);
            try (Session session = new Session(graph)) {
                encoder.variables().load(session);
                Set<String> operations = operations(session, encoder);
                assertThat(operations)
                        .contains(
                                "_MklNativeFusedMatMul[BiasAdd]",
                                "_MklNativeFusedMatMul[BiasAdd, GeluExact]",
                                "_MklNativeFusedMatMul[BiasAdd, Add]")
                        .doesNotContain("MatMul[]", "_MklMatMul[]", "Erf[]", "BatchMatMulV3[]");
            }
        }
    }

    private static Set<String> operations(Session session, EncoderGraph encoder) {
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
            Set<String> operations = new TreeSet<>();
            for (GraphDef graph : metadata.getPartitionGraphsList()) {
                graph.getNodeList().forEach(node -> operations.add(describe(node)));
            }
            return operations;
        }
    }

    private static String describe(NodeDef node) {
        return node.getOp()
                + node
                        .getAttrOrDefault("fused_ops", AttrValue.getDefaultInstance())
                        .getList()
                        .getSList()
                        .stream()
                        .map(ByteString::toStringUtf8)
                        .toList();
    }
}
