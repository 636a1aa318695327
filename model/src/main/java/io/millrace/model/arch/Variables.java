package io.millrace.model.arch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operation;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.FloatDataBuffer;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.TFloat32;

/**
 * The weights of a graph, as resource variables: a constant would be held several times over, and
 * optimised for seconds before the first run.
 */
public final class Variables {
    private final Nodes nodes;
    private final Map<String, Value> reads = new HashMap<>();
    private final List<Assignment> assignments = new ArrayList<>();

    private record Assignment(Weight weight, Value placeholder, Operation assign) {}

    Variables(Nodes nodes) {
        this.nodes = nodes;
    }

    /** The variable's value; one variable a weight, however often it is used. */
    Value read(Weight weight) {
        return reads.computeIfAbsent(weight.name(), name -> declare(weight));
    }

    private Value declare(Weight weight) {
        Shape shape = Shape.of(weight.dimensions());
        Value handle =
                nodes.add(
                        "VarHandleOp",
                        b ->
                                b.setAttr("dtype", DataType.DT_FLOAT)
                                        .setAttr("shape", shape)
                                        .setAttr("shared_name", weight.name()));
        Value placeholder =
                nodes.add(
                        "Placeholder",
                        b -> b.setAttr("dtype", DataType.DT_FLOAT).setAttr("shape", shape));
        Operation assign =
                nodes.operation(
                        "AssignVariableOp",
                        b -> b.setAttr("dtype", DataType.DT_FLOAT),
                        handle,
                        placeholder);
        assignments.add(new Assignment(weight, placeholder, assign));
        return nodes.add("ReadVariableOp", b -> b.setAttr("dtype", DataType.DT_FLOAT), handle);
    }

    /** Reads every weight into native memory, one after the other. To be called once. */
    public void load(Session session) {
        for (Assignment assignment : assignments) {
            Weight weight = assignment.weight;
            try (TFloat32 tensor = TFloat32.tensorOf(Shape.of(weight.dimensions()))) {
                copy(weight, tensor.asRawTensor().data().asFloats());
                session.runner()
                        .feed(assignment.placeholder.operand(), tensor)
                        .addTarget(assignment.assign)
                        .run()
                        .close();
            }
        }
        assignments.clear();
    }

    private static void copy(Weight weight, FloatDataBuffer target) {
        long[] written = {0};
        weight.forEachChunk(
                (chunk, length) -> {
                    target.offset(written[0]).write(chunk, 0, length);
                    written[0] += length;
                });
        if (written[0] != weight.size()) {
            throw new IllegalStateException(
                    "tensor %s: expected %d numbers, found %d"
                            .formatted(weight.name(), weight.size(), written[0]));
        }
    }
}
