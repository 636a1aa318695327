package io.millrace.model.arch;

/**
 * Who sees whom, and what distances count for, made of public operations; each as {@link Kernels}
 * says.
 */
final class Visibility {
    /** Finite, so that no sum of two is needed and no row becomes NaN; its softmax is exactly 0. */
    private static final float HIDDEN = -1e30f;

    private final Nodes nodes;
    private final Positions positions;

    Visibility(Nodes nodes, Positions positions) {
        this.nodes = nodes;
        this.positions = positions;
    }

    Value attentionBias(Value tokens, Batch batch, Window window) {
        Value visible =
                nodes.reshape(
                        tokens, nodes.append(positions.rows(batch), 1, 1, -1)); // [B, 1, 1, S]
        if (window.after() < Integer.MAX_VALUE) {
            Value near =
                    nodes.add(
                            "LessEqual",
                            positions.distances(batch),
                            nodes.constant(window.after()));
            visible = nodes.product(visible, nodes.toFloats(near)); // [B, 1, S, S]
        }
        if (window.before() < Integer.MAX_VALUE) {
            Value near =
                    nodes.add(
                            "GreaterEqual",
                            positions.distances(batch),
                            nodes.constant(-window.before()));
            visible = nodes.product(visible, nodes.toFloats(near));
        }
        return nodes.product(nodes.add("Sub", nodes.constant(1f), visible), nodes.constant(HIDDEN));
    }

    Value visible(Value tokens, Batch batch, Pattern pattern) {
        Value keys =
                nodes.reshape(
                        tokens, nodes.append(positions.rows(batch), 1, 1, -1)); // [B, 1, 1, S]
        if (pattern.seesAll() && !batch.causal()) {
            return keys;
        }
        Value near = near(batch, pattern); // [S, S]
        if (batch.causal()) {
            near =
                    both(
                            near,
                            nodes.add("LessEqual", positions.distances(batch), nodes.constant(0)));
        }
        Value queries =
                nodes.reshape(
                        tokens, nodes.append(positions.rows(batch), 1, -1, 1)); // [B, 1, S, 1]
        Value padding = nodes.add("Sub", nodes.constant(1f), queries);
        return nodes.product(
                keys, nodes.add("Maximum", nodes.toFloats(near), padding)); // [B, 1, S, S]
    }

    private Value near(Batch batch, Pattern pattern) {
        Value numbers = positions.range(batch);
        Value blocks = nodes.add("FloorDiv", numbers, nodes.constant(pattern.block()));
        Value keyBlocks = positions.asRow(blocks);
        Value apart = nodes.add("Sub", keyBlocks, positions.asColumn(blocks));
        Window window = pattern.near();
        Value near =
                both(
                        nodes.add("LessEqual", apart, nodes.constant(window.after())),
                        nodes.add("GreaterEqual", apart, nodes.constant(-window.before())));
        Value global = nodes.add("Less", numbers, nodes.constant(pattern.global()));
        near = either(near, either(positions.asRow(global), positions.asColumn(global)));
        if (pattern.drawn().length == 0) {
            return near;
        }
        Value drawn = // [S, r]
                nodes.add("GatherV2", nodes.constants(pattern.drawn()), blocks, nodes.constant(0));
        Value equal = // [S, r, S]
                nodes.add("Equal", nodes.add("ExpandDims", drawn, nodes.constant(-1)), keyBlocks);
        return either(near, nodes.add("Any", equal, nodes.constant(1)));
    }

    private Value both(Value a, Value b) {
        return nodes.add("LogicalAnd", a, b);
    }

    private Value either(Value a, Value b) {
        return nodes.add("LogicalOr", a, b);
    }

    Value hide(Value visible, float value) {
        return nodes.add(
                "SelectV2",
                nodes.add("Greater", visible, nodes.constant(0f)),
                nodes.constant(0f),
                nodes.constant(value));
    }

    Value distanceBias(Value table, int[] rows, Batch batch) {
        Value biases =
                nodes.add("GatherV2", table, pick(rows, batch), nodes.constant(0)); // [S, S, h]
        Value byHead = nodes.add("Transpose", biases, nodes.constants(2, 0, 1));
        return nodes.add("ExpandDims", byHead, nodes.constant(0));
    }

    /** The entry for the distance of each column from each row. {@code [S, S]} */
    private Value pick(int[] byDistance, Batch batch) {
        int reach = byDistance.length / 2;
        Value near =
                nodes.add(
                        "Maximum",
                        nodes.add("Minimum", positions.distances(batch), nodes.constant(reach)),
                        nodes.constant(-reach));
        return nodes.add(
                "GatherV2",
                nodes.constants(byDistance),
                nodes.sum(near, nodes.constant(reach)),
                nodes.constant(0));
    }

    Value linearBias(float[] slopes, Batch batch) {
        Nodes exact = nodes.exact();
        Value distance = exact.toFloats(exact.add("Abs", positions.distances(batch))); // [S, S]
        float[] negative = new float[slopes.length];
        for (int i = 0; i < slopes.length; i++) {
            negative[i] = -slopes[i];
        }
        return nodes.toFloats(
                exact.product(
                        exact.reshape(exact.constants(negative), exact.constants(1, -1, 1, 1)),
                        distance));
    }

    Value byDistance(Value products, int[] columns, Batch batch) {
        Value byPosition = nodes.add("Transpose", products, nodes.constants(2, 0, 1, 3));
        Value picked = // [S, B, h, S]
                nodes.add(
                        "GatherV2",
                        b -> b.setAttr("batch_dims", 1),
                        byPosition,
                        pick(columns, batch),
                        nodes.constant(3));
        return nodes.add("Transpose", picked, nodes.constants(1, 2, 0, 3));
    }
}
