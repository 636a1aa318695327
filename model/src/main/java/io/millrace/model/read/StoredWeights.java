package io.millrace.model.read;

import io.millrace.model.arch.Weight;
import io.millrace.model.arch.Weights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** The tensors of one module of the directory, by every name that Hugging Face has given them. */
final class StoredWeights implements Weights {
    /** A wrong hidden size misshapes hundreds of tensors; so many are enough to see it. */
    private static final int MAX_PROBLEMS = 10;

    private static final Weight.Values NONE =
            (from, count, consumer) -> {
                throw new IllegalStateException("expected a tensor without problems");
            };

    private final String source;
    private final Map<String, Tensor> tensors;
    private final Problems problems;
    private final Set<DataType> types = EnumSet.noneOf(DataType.class);
    private final List<String> unreported = new ArrayList<>();
    private final Set<String> asked = new HashSet<>();
    private List<String> prefixes = List.of("");
    private int reported;
    private int problemsBefore = Integer.MAX_VALUE;
    private long parameters;

    /**
     * Tensors by their names in the files.
     *
     * @param source the file to name in problems: the weights, or the index of their shards
     */
    StoredWeights(String source, Map<String, ? extends Tensor> tensors, Problems problems) {
        this.source = source;
        this.tensors = new LinkedHashMap<>(tensors);
        this.problems = problems;
    }

    /** Where there are no weights, which has been noted. */
    static StoredWeights none(Problems problems) {
        StoredWeights none = new StoredWeights("", Map.of(), problems);
        none.problemsBefore = -1;
        return none;
    }

    /** Whether there are any. */
    boolean isPresent() {
        return problemsBefore >= 0;
    }

    /**
     * To be called before an encoder reads its configuration and asks for tensors.
     *
     * @param some names may begin with one of these, as they do when an encoder was saved inside a
     *     larger model
     */
    void begin(List<String> some) {
        prefixes = Stream.concat(Stream.of(""), some.stream()).distinct().toList();
        if (problemsBefore >= 0) {
            problemsBefore = problems.count();
        }
    }

    @Override
    public Weight get(String name, int... shape) {
        List<Integer> expected = Arrays.stream(shape).boxed().toList();
        return new Weight(source + ":" + name, expected, values(name, expected));
    }

    private Weight.Values values(String name, List<Integer> shape) {
        Optional<String> stored = find(name);
        if (stored.isEmpty()) {
            return problem("tensor %s %s".formatted(name, shape), "none");
        }
        asked.add(stored.get());
        Tensor tensor = tensor(stored.get());
        if (!tensor.shape().equals(shape.stream().map(Integer::longValue).toList())) {
            return problem(
                    "tensor %s %s".formatted(name, shape),
                    "%s in %s".formatted(tensor.shape(), tensor.file().getFileName()));
        }
        if (!tensor.type().isReadable()) {
            return problem(
                    "tensor %s as %s".formatted(name, DataType.READABLE),
                    "%s in %s".formatted(tensor.type().name(), tensor.file().getFileName()));
        }
        parameters += tensor.size();
        types.add(tensor.type());
        return tensor;
    }

    @Override
    public boolean has(String name) {
        return find(name).isPresent();
    }

    private Optional<String> find(String name) {
        return knownNames(name).filter(tensors::containsKey).findFirst();
    }

    private Stream<String> knownNames(String name) {
        return Stream.of(name, legacy(name))
                .flatMap(known -> prefixes.stream().map(prefix -> prefix + known));
    }

    /**
     * What a tensor is called in the files.
     *
     * @param name with or without a prefix, whichever of the two the files have
     */
    Optional<String> storedName(String name) {
        return prefixes.stream()
                .filter(name::startsWith)
                .map(prefix -> name.substring(prefix.length()))
                .flatMap(this::knownNames)
                .filter(tensors::containsKey)
                .findFirst();
    }

    /** The tensor of this name in the files. */
    Tensor tensor(String storedName) {
        return Objects.requireNonNull(tensors.get(storedName), storedName);
    }

    /** Puts another tensor in the place of one in the files. */
    void replace(String storedName, Tensor other) {
        tensors.put(storedName, other);
    }

    /** TensorFlow's names of a layer norm's weights, which the oldest checkpoints still have. */
    private static String legacy(String name) {
        return name.replace("LayerNorm.weight", "LayerNorm.gamma")
                .replace("LayerNorm.bias", "LayerNorm.beta");
    }

    private Weight.Values problem(String expected, String found) {
        if (othersHaveProblems()) {
            return NONE; // the sizes that are asked for mean nothing
        }
        if (reported < MAX_PROBLEMS) {
            problems.add(source, expected, found);
            reported++;
        } else {
            unreported.add(expected);
        }
        return NONE;
    }

    private boolean othersHaveProblems() {
        return problems.count() - reported > problemsBefore;
    }

    /**
     * To be called when everything has been asked for.
     *
     * @return whether the configuration had no problems
     */
    boolean finish() {
        boolean sound = problemsBefore < 0 || !othersHaveProblems();
        if (!unreported.isEmpty()) {
            problems.add(
                    source,
                    "%d more, the last %s"
                            .formatted(unreported.size(), unreported.get(unreported.size() - 1)),
                    "none or of another shape");
        }
        return sound;
    }

    /** How many numbers were asked for. */
    long parameters() {
        return parameters;
    }

    /** All names in the files. */
    Set<String> names() {
        return tensors.keySet();
    }

    /** Those that were asked for. */
    Set<String> asked() {
        return asked;
    }

    /** The element types of what was asked for. */
    Set<DataType> types() {
        return types;
    }
}
