package io.millrace.model.read;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The tensors of an adapter by the modules that they change. Names are those of <a
 * href="https://github.com/huggingface/peft/blob/main/src/peft/utils/save_and_load.py">PEFT</a>:
 * {@code base_model.model.}, the module, the part; older files have the adapter's own name between
 * or after.
 *
 * @param modules by name, as the trained class called them
 * @param unknown names that are no tensors of LoRA
 */
record AdapterTensors(SortedMap<String, Map<Part, Named>> modules, List<String> unknown) {
    private static final String PREFIX = "base_model.model.";

    /** What a tensor does to its module. */
    enum Part {
        /** {@code [rank, in]} */
        A,
        /** {@code [out, rank]} */
        B,
        /** Added to the bias, scaled. */
        B_BIAS,
        /** {@code [rank, words]} */
        EMBEDDING_A,
        /** {@code [hidden, rank]} */
        EMBEDDING_B,
        /** The lengths of DoRA. */
        LENGTHS,
        /** In the place of the rows of some tokens. */
        TOKENS,
        /** In the place of the weight. */
        WEIGHT,
        /** In the place of the bias. */
        BIAS,
        /** What the base has there, which PEFT saves beside what replaces it. */
        ORIGINAL
    }

    /** A tensor and what it is called in the adapter. */
    record Named(String name, StoredTensor tensor) {
        /** Whether the same tensor may be there twice, also under its module's plain name. */
        boolean isSaved() {
            return name.contains(".modules_to_save.");
        }
    }

    static AdapterTensors of(Map<String, StoredTensor> tensors) {
        SortedMap<String, Map<Part, Named>> modules = new TreeMap<>();
        List<String> unknown = new ArrayList<>();
        tensors.forEach(
                (name, tensor) -> {
                    Named named = new Named(name, tensor);
                    Optional<Place> place = place(name);
                    if (place.isEmpty()) {
                        unknown.add(name);
                    } else if (place.get().part != Part.ORIGINAL) {
                        Map<Part, Named> parts =
                                modules.computeIfAbsent(
                                        place.get().module, m -> new EnumMap<>(Part.class));
                        Named before = parts.get(place.get().part);
                        if (before == null || (named.isSaved() && !before.isSaved())) {
                            parts.put(place.get().part, named);
                        } else if (named.isSaved() == before.isSaved()) {
                            unknown.add(name);
                        }
                    }
                });
        return new AdapterTensors(modules, unknown);
    }

    private record Place(String module, Part part) {}

    private static Optional<Place> place(String name) {
        String inside = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
        List<String> words = List.of(inside.split("\\.", -1));
        for (int i = 1; i < words.size(); i++) {
            Optional<Part> part = part(words.get(i), words.subList(i + 1, words.size()));
            if (part.isPresent()) {
                return Optional.of(new Place(String.join(".", words.subList(0, i)), part.get()));
            }
        }
        return Optional.empty();
    }

    /**
     * What the end of a name means.
     *
     * @param rest what comes after the word: an adapter's name, {@code weight} or {@code bias}
     */
    private static Optional<Part> part(String word, List<String> rest) {
        if (rest.size() > 2) {
            return Optional.empty();
        }
        String last = rest.isEmpty() ? "" : rest.get(rest.size() - 1);
        boolean bias = last.equals("bias");
        boolean weight = last.equals("weight");
        return Optional.ofNullable(
                switch (word) {
                    case "lora_A" -> weight ? Part.A : null;
                    case "lora_B" -> weight ? Part.B : bias ? Part.B_BIAS : null;
                    case "lora_embedding_A" -> rest.size() < 2 ? Part.EMBEDDING_A : null;
                    case "lora_embedding_B" -> rest.size() < 2 ? Part.EMBEDDING_B : null;
                    case "lora_magnitude_vector" -> Part.LENGTHS;
                    case "base_layer", "modules_to_save" ->
                            weight ? Part.WEIGHT : bias ? Part.BIAS : null;
                    case "original_module" -> Part.ORIGINAL;
                    case "token_adapter" ->
                            switch (rest.isEmpty() ? "" : rest.get(0)) {
                                case "trainable_tokens_delta" -> Part.TOKENS;
                                case "trainable_tokens_original" -> Part.ORIGINAL;
                                case "base_layer" -> weight ? Part.WEIGHT : null;
                                default -> null;
                            };
                    case "weight" -> rest.isEmpty() ? Part.WEIGHT : null;
                    case "bias" -> rest.isEmpty() ? Part.BIAS : null;
                    default -> null;
                });
    }
}
