package io.millrace.model.arch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tensorflow.Operation;
import org.tensorflow.Session;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.proto.DataType;
import org.tensorflow.types.family.TType;

/**
 * The weights of a graph, as resource variables: a constant would be held several times over, and
 * optimised for seconds before the first run.
 */
public final class Variables {
    /**
     * So many numbers are assigned in one run. TensorFlow prepares the whole graph anew for every
     * set of nodes that it is asked for, which takes longer than to read most tensors; and on a
     * GPU, what one run is fed is in the host's memory at once.
     */
    private static final long GROUP = 64L << 20;

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
        DataType type = nodes.floats();
        Shape shape = Shape.of(weight.dimensions());
        Value handle =
                nodes.add(
                        "VarHandleOp",
                        b ->
                                b.setAttr("dtype", type)
                                        .setAttr("shape", shape)
                                        .setAttr("shared_name", type + " " + weight.name()));
        Value placeholder =
                nodes.add("Placeholder", b -> b.setAttr("dtype", type).setAttr("shape", shape));
        Operation assign =
                nodes.operation(
                        "AssignVariableOp", b -> b.setAttr("dtype", type), handle, placeholder);
        assignments.add(new Assignment(weight, placeholder, assign));
        return nodes.add("ReadVariableOp", b -> b.setAttr("dtype", type), handle);
    }

    /** Reads every weight into native memory. To be called once. */
    public void load(Session session) {
        List<Assignment> group = new ArrayList<>();
        long numbers = 0;
        for (Assignment assignment : assignments) {
            group.add(assignment);
            numbers += assignment.weight.size();
            if (numbers >= GROUP) {
                load(session, group);
                group.clear();
                numbers = 0;
            }
        }
        if (!group.isEmpty()) {
            load(session, group);
        }
        assignments.clear();
    }

    /** In one run: the variables take the tensors' memory over, and nothing is copied. */
    private void load(Session session, List<Assignment> group) {
        List<TType> tensors = new ArrayList<>();
        try {
            Session.Runner runner = session.runner();
            for (Assignment assignment : group) {
                TType tensor = WeightTensor.read(assignment.weight, nodes.floats());
                tensors.add(tensor);
                runner.feed(assignment.placeholder.operand(), tensor).addTarget(assignment.assign);
            }
            runner.run().close();
        } finally {
            tensors.forEach(TType::close);
        }
    }
}
