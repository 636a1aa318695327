package io.millrace.model.arch;

/** Where the tokens of a batch stand. */
final class Positions {
    private final Nodes nodes;

    Positions(Nodes nodes) {
        this.nodes = nodes;
    }

    /** {@code [0, 1, … S)} */
    Value range(Batch batch) {
        Value length = nodes.add("GatherV2", shape(batch), nodes.constant(1), nodes.constant(0));
        return nodes.add("Range", nodes.constant(0), length, nodes.constant(1));
    }

    /** {@code [B, S]} */
    Value shape(Batch batch) {
        return nodes.add("Shape", batch.ids());
    }

    /** {@code [B]} */
    Value rows(Batch batch) {
        return nodes.add("Shape", batch.lengths());
    }

    /** Of column from row. {@code [S, S]} */
    Value distances(Batch batch) {
        Value positions = range(batch);
        return nodes.add("Sub", asRow(positions), asColumn(positions));
    }

    Value asRow(Value x) {
        return nodes.reshape(x, nodes.constants(1, -1));
    }

    Value asColumn(Value x) {
        return nodes.reshape(x, nodes.constants(-1, 1));
    }
}
