package io.millrace.model.arch;

import java.util.List;

/**
 * Rotary positions made of public operations: {@link Kernels#rotation}, {@link Kernels#rotate}.
 *
 * <p>Angles are made in float32 whatever the heads are in: a late position has too many digits for
 * fewer bits.
 */
final class Rotations {
    private final Nodes nodes;
    private final Nodes exact;
    private final Positions positions;

    Rotations(Nodes nodes, Positions positions) {
        this.nodes = nodes;
        this.exact = nodes.exact();
        this.positions = positions;
    }

    Rotation rotation(Rope rope, Batch batch) {
        Value numbers =
                exact.reshape(exact.toFloats(positions.range(batch)), exact.constants(1, 1, -1, 1));
        Value frequencies = frequencies(rope, batch);
        Value angles = exact.product(numbers, frequencies); // [1 or B, 1, S, pairs]
        Value cos = exact.add("Cos", angles);
        Value sin = exact.add("Sin", angles);
        if (rope.scale() != 1) {
            cos = exact.scaled(cos, rope.scale());
            sin = exact.scaled(sin, rope.scale());
        }
        return new Rotation(rope, nodes.toFloats(cos), nodes.toFloats(sin));
    }

    private Value frequencies(Rope rope, Batch batch) {
        if (rope.stretch() instanceof Rope.Switched stretch) {
            return switched(rope, stretch, batch);
        }
        if (rope.stretch() instanceof Rope.Growing stretch) {
            return growing(stretch, rope.frequencies().length, batch);
        }
        return exact.constants(rope.frequencies());
    }

    /** Each row's frequencies by its own length. {@code [B, 1, 1, pairs]} */
    private Value switched(Rope rope, Rope.Switched stretch, Batch batch) {
        Value lengths = exact.reshape(batch.lengths(), exact.constants(-1, 1, 1, 1));
        return exact.add(
                "SelectV2",
                exact.add("Greater", lengths, exact.constant(stretch.beyond())),
                exact.constants(stretch.frequencies()),
                exact.constants(rope.frequencies()));
    }

    /**
     * Each row's frequencies by its own length, the same for each position: so many numbers that
     * they fill vector registers, whatever the batch. {@code [B, 1, S, pairs]}
     */
    private Value growing(Rope.Growing stretch, int pairs, Batch batch) {
        Value lengths =
                exact.reshape(exact.toFloats(batch.lengths()), exact.constants(-1, 1, 1, 1));
        Value zeros =
                exact.scaled(
                        exact.reshape(
                                exact.toFloats(positions.range(batch)),
                                exact.constants(1, 1, -1, 1)),
                        0);
        Value length =
                exact.sum(
                        exact.add("Maximum", lengths, exact.constant((float) stretch.positions())),
                        zeros); // [B, 1, S, 1]
        float factor = stretch.factor();
        Value ratio =
                exact.add(
                        "Sub",
                        exactQuotient(
                                exact.scaled(length, factor),
                                exact.constant((float) stretch.positions())),
                        exact.constant(factor - 1));
        int dimensions = 2 * pairs;
        float power = (float) dimensions / (dimensions - 2);
        Value theta = exact.scaled(power(ratio, exact.constant(power)), stretch.theta());
        float[] exponents = new float[pairs];
        for (int i = 0; i < pairs; i++) {
            exponents[i] = 2f * i / dimensions;
        }
        return exactQuotient(exact.constant(1f), power(theta, exact.constants(exponents)));
    }

    /** By doubles: where a divisor is known, the library would multiply by its reciprocal. */
    private Value exactQuotient(Value a, Value b) {
        return exact.toFloats(exact.add("RealDiv", exact.toDouble(a), exact.toDouble(b)));
    }

    /** By doubles, as angles of late positions depend on every bit of a frequency. */
    private Value power(Value base, Value exponent) {
        return exact.toFloats(exact.add("Pow", exact.toDouble(base), exact.toDouble(exponent)));
    }

    Value rotate(Value heads, Rotation rotation) {
        return rotation.rope().interleaved()
                ? rotateNeighbours(heads, rotation)
                : rotateHalves(heads, rotation);
    }

    private Value rotateHalves(Value heads, Rotation rotation) {
        List<Value> halves = nodes.split(heads, 3, 2);
        List<Value> turned = turn(halves.get(0), halves.get(1), rotation);
        return nodes.concat(turned);
    }

    private Value rotateNeighbours(Value heads, Rotation rotation) {
        Value shape = nodes.add("Shape", heads);
        Value outer = nodes.add("Slice", shape, nodes.constants(0), nodes.constants(3));
        Value pairs = nodes.reshape(heads, nodes.append(outer, -1, 2)); // [B, h, S, d / 2, 2]
        List<Value> parts = nodes.split(pairs, 4, 2);
        List<Value> turned =
                turn(nodes.squeeze(parts.get(0), 4), nodes.squeeze(parts.get(1), 4), rotation);
        Value stacked =
                nodes.addList("Pack", b -> b.setAttr("axis", 4), turned.toArray(Value[]::new));
        return nodes.reshape(stacked, shape);
    }

    private List<Value> turn(Value a, Value b, Rotation rotation) {
        return List.of(
                nodes.add(
                        "Sub", nodes.product(a, rotation.cos()), nodes.product(b, rotation.sin())),
                nodes.sum(nodes.product(b, rotation.cos()), nodes.product(a, rotation.sin())));
    }
}
