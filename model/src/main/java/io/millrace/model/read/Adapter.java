package io.millrace.model.read;

import io.millrace.model.adapt.LowRankSum;
import io.millrace.model.adapt.Matrix;
import io.millrace.model.adapt.ScaledLines;
import io.millrace.model.adapt.ScaledSum;
import io.millrace.model.arch.Weight;
import io.millrace.model.read.AdapterTensors.Named;
import io.millrace.model.read.AdapterTensors.Part;
import io.millrace.model.read.TrainedNames.Stored;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA adapter as PEFT saves it, and how it changes the tensors of its base. Each tensor of the
 * adapter must find one: nothing of it is left out silently.
 */
final class Adapter {
    private static final String WEIGHTS = "adapter_model.safetensors";
    private static final String PICKLE = "adapter_model.bin";

    /** What tables of words are called. */
    private static final Set<String> TABLES =
            Set.of("word_embeddings", "tok_embeddings", "embed_tokens", "shared");

    private final AdapterConfig config;
    private final AdapterTensors tensors;
    private final String source;
    private final Problems problems;

    private Adapter(
            AdapterConfig config, AdapterTensors tensors, String source, Problems problems) {
        this.config = config;
        this.tensors = tensors;
        this.source = source;
        this.problems = problems;
    }

    /**
     * Reads an adapter; empty when it cannot be used, which has been noted then.
     *
     * @param folder {@code ""} or ends with a slash
     */
    static Optional<Adapter> read(
            ModelFiles files, String folder, AdapterConfig config, Problems problems) {
        String name = folder + WEIGHTS;
        Optional<Path> file = files.find(name);
        if (file.isEmpty()) {
            boolean pickle = files.exists(folder + PICKLE);
            problems.add(
                    name,
                    "the adapter's weights",
                    pickle ? PICKLE + ", a pickle: reading one can run any code" : "no such file");
            return Optional.empty();
        }
        try {
            AdapterTensors tensors = AdapterTensors.of(Safetensors.open(file.get()).tensors());
            return Optional.of(new Adapter(config, tensors, name, problems));
        } catch (SafetensorsException e) {
            problems.add(name, e.expected(), e.found());
        } catch (IOException e) {
            problems.add(name, "a readable file", e.toString());
        }
        return Optional.empty();
    }

    /** How many words there are with the adapter's own table; empty: it has none. */
    OptionalInt words() {
        return tensors.modules().entrySet().stream()
                .filter(e -> TABLES.contains(e.getKey().replaceAll(".*\\.", "")))
                .map(e -> e.getValue().get(Part.WEIGHT))
                .filter(table -> table != null && table.tensor().shape().size() == 2)
                .mapToInt(table -> (int) Math.min(Integer.MAX_VALUE, table.tensor().shape().get(0)))
                .findFirst();
    }

    /** Puts changed tensors in the place of those that it changes. */
    void change(StoredWeights weights) {
        boolean trainsTokens =
                tensors.modules().values().stream().anyMatch(p -> p.containsKey(Part.TOKENS));
        if (!config.tokens().isEmpty() && !trainsTokens) {
            problems.add(
                    AdapterConfig.FILE,
                    "trainable_token_indices: nothing, as no tensor is of tokens",
                    config.tokens().size() + " lists");
        }
        for (String name : tensors.unknown()) {
            problems.add(source, "only tensors of LoRA, each once", name);
        }
        tensors.modules().forEach((module, parts) -> change(weights, module, parts));
    }

    private void change(StoredWeights weights, String module, Map<Part, Named> parts) {
        parts.values().stream()
                .filter(named -> !named.tensor().type().isReadable())
                .forEach(
                        named ->
                                problems.add(
                                        source,
                                        "tensor %s as %s"
                                                .formatted(named.name(), DataType.READABLE),
                                        named.tensor().type().name()));
        replace(weights, module, ".weight", parts.get(Part.WEIGHT));
        replace(weights, module, ".bias", parts.get(Part.BIAS));
        Named a = parts.get(Part.A);
        Named b = parts.get(Part.B);
        Named wideTable = parts.get(Part.EMBEDDING_A);
        Named tallTable = parts.get(Part.EMBEDDING_B);
        Named lengths = parts.get(Part.LENGTHS);
        if (a != null && b != null) {
            addProduct(weights, module, new Product(b, a, lengths, false));
        } else if (wideTable != null && tallTable != null) {
            addProduct(weights, module, new Product(wideTable, tallTable, lengths, true));
        } else {
            for (Part part :
                    List.of(Part.A, Part.B, Part.EMBEDDING_A, Part.EMBEDDING_B, Part.LENGTHS)) {
                Named alone = parts.get(part);
                if (alone != null) {
                    problems.add(source, "two matrices for " + module, "only " + alone.name());
                }
            }
        }
        Named rows = parts.get(Part.TOKENS);
        if (rows != null) {
            replaceTokens(weights, module, rows);
        }
        Named bias = parts.get(Part.B_BIAS);
        if (bias != null) {
            addBias(weights, module, bias);
        }
    }

    private void replace(StoredWeights weights, String module, String kind, @Nullable Named other) {
        if (other != null) {
            whole(weights, module, kind, other)
                    .ifPresent(stored -> weights.replace(stored, other.tensor()));
        }
    }

    private void replaceTokens(StoredWeights weights, String module, Named rows) {
        Optional<String> stored = whole(weights, module, ".weight", rows);
        if (stored.isEmpty()) {
            return;
        }
        Tensor base = weights.tensor(stored.get());
        long words = base.shape().get(0);
        NavigableMap<Long, Long> places = new TreeMap<>();
        for (long token : config.tokens(module)) {
            places.put(token, (long) places.size());
        }
        if (places.isEmpty() || places.firstKey() < 0 || places.lastKey() >= words) {
            problems.add(
                    AdapterConfig.FILE,
                    "trainable_token_indices: tokens of %s from 0 to %d"
                            .formatted(module, words - 1),
                    places.isEmpty()
                            ? "none"
                            : "%d to %d".formatted(places.firstKey(), places.lastKey()));
        } else if (hasShape(rows, List.of((long) places.size(), base.size() / words))) {
            weights.replace(
                    stored.get(),
                    new AdaptedTensor(
                            base,
                            new ReplacedRows(base, rows.tensor(), places, base.size() / words)));
        }
    }

    /**
     * Two matrices and what they are called.
     *
     * @param left {@code [rows, rank]}; of a table {@code [rank, rows]}
     * @param right {@code [rank, columns]}; of a table {@code [columns, rank]}
     */
    private record Product(Named left, Named right, @Nullable Named lengths, boolean table) {}

    private void addProduct(StoredWeights weights, String module, Product product) {
        Optional<Stored> place = find(weights, module, ".weight", product.right);
        if (place.isEmpty()) {
            return;
        }
        String stored = place.get().name();
        Tensor base = weights.tensor(stored);
        Optional<Integer> rank = rank(module);
        if (rank.isEmpty()) {
            return;
        }
        if ((product.lengths != null) != config.givesLengths()) {
            problems.add(
                    source,
                    config.givesLengths()
                            ? "a lora_magnitude_vector of " + module
                            : "no lora_magnitude_vector without use_dora",
                    config.givesLengths() ? "none" : "one of " + module);
            return;
        }
        List<Long> shape = base.shape();
        if (shape.size() != 2 || !base.type().isReadable()) {
            problems.add(
                    source,
                    "a matrix of numbers to change with " + product.right.name(),
                    stored + " " + shape);
            return;
        }
        int parts = place.get().parts();
        if (shape.get(0) % parts != 0) {
            problems.add(
                    source, "rows of %s in %d parts".formatted(stored, parts), shape.toString());
            return;
        }
        long rows = shape.get(0) / parts;
        long columns = shape.get(1);
        long own = place.get().part();
        long start = own * rows * columns;
        long r = rank.get();
        boolean table = product.table;
        Map<Named, List<Long>> shapes = new LinkedHashMap<>();
        shapes.put(product.left, table ? List.of(r, rows) : List.of(rows, r));
        shapes.put(product.right, table ? List.of(columns, r) : List.of(r, columns));
        if (product.lengths != null) {
            shapes.put(product.lengths, List.of(table ? columns : rows));
        }
        if (shapes.entrySet().stream().filter(e -> !hasShape(e.getKey(), e.getValue())).count()
                > 0) {
            return;
        }
        int height = Math.toIntExact(rows);
        int width = Math.toIntExact(columns);
        Matrix left = matrix(product.left, height, rank.get(), table);
        Matrix right = matrix(product.right, rank.get(), width, table);
        Weight.Values part = (from, count, consumer) -> base.read(start + from, count, consumer);
        Weight.Values sum = new LowRankSum(part, left, right, config.scale(module));
        if (product.lengths != null) {
            sum = new ScaledLines(sum, height, width, product.lengths.tensor(), table);
        }
        weights.replace(
                stored,
                new AdaptedTensor(
                        base,
                        new ReplacedRows(
                                base, sum, new TreeMap<>(Map.of(own, 0L)), rows * columns)));
    }

    private static Matrix matrix(Named named, int rows, int columns, boolean transposed) {
        return new Matrix(named.tensor(), rows, columns, transposed);
    }

    private Optional<Integer> rank(String module) {
        try {
            config.scale(module);
            return Optional.of(config.rank(module));
        } catch (IllegalArgumentException e) {
            problems.add(
                    AdapterConfig.FILE, "patterns that fit " + module + " or not", e.toString());
            return Optional.empty();
        }
    }

    private void addBias(StoredWeights weights, String module, Named bias) {
        Optional<String> stored = whole(weights, module, ".bias", bias);
        if (stored.isEmpty() || rank(module).isEmpty()) {
            return;
        }
        Tensor base = weights.tensor(stored.get());
        if (hasShape(bias, base.shape())) {
            weights.replace(
                    stored.get(),
                    new AdaptedTensor(
                            base, new ScaledSum(base, bias.tensor(), config.scale(module))));
        }
    }

    /** Where a module is stored, by the name that its tensor has in the files. */
    private Optional<Stored> find(
            StoredWeights weights, String module, String kind, Named changing) {
        Optional<Stored> stored =
                TrainedNames.of(module)
                        .flatMap(
                                place ->
                                        weights.storedName(place.name() + kind).stream()
                                                .map(
                                                        name ->
                                                                new Stored(
                                                                        name,
                                                                        place.part(),
                                                                        place.parts())))
                        .findFirst();
        if (stored.isEmpty()) {
            problems.add(
                    source,
                    "a tensor of the base for each of the adapter's",
                    "none for " + changing.name());
        }
        return stored;
    }

    /** As above, of one that is a tensor by itself. */
    private Optional<String> whole(
            StoredWeights weights, String module, String kind, Named changing) {
        Optional<Stored> stored = find(weights, module, kind, changing);
        if (stored.isPresent() && stored.get().parts() > 1) {
            problems.add(
                    source,
                    "only matrices of LoRA for what is stored as a part of " + stored.get().name(),
                    changing.name());
            return Optional.empty();
        }
        return stored.map(Stored::name);
    }

    private boolean hasShape(Named named, List<Long> shape) {
        if (named.tensor().shape().equals(shape)) {
            return true;
        }
        problems.add(
                source,
                "tensor %s %s".formatted(named.name(), shape),
                named.tensor().shape().toString());
        return false;
    }
}
