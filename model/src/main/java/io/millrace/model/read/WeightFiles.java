package io.millrace.model.read;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Finds the tensors of one folder: in one file, or in shards by an index. */
final class WeightFiles {
    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";
    private static final String PICKLE = "pytorch_model.bin";

    private final ModelFiles files;
    private final Problems problems;

    WeightFiles(ModelFiles files, Problems problems) {
        this.files = files;
        this.problems = problems;
    }

    /**
     * The tensors of a folder; empty when there are none to speak of, which has been noted then.
     *
     * @param folder {@code ""} or ends with a slash
     */
    Optional<StoredWeights> find(String folder) {
        Optional<Path> single = files.find(folder + SINGLE);
        if (single.isPresent()) {
            String name = folder + SINGLE;
            return open(name, single.get())
                    .map(file -> new StoredWeights(name, file.tensors(), problems));
        }
        Optional<Path> index = files.find(folder + INDEX);
        if (index.isPresent()) {
            return JsonFile.read(folder + INDEX, index.get(), problems)
                    .flatMap(json -> shards(folder, json));
        }
        problems.add(
                folder + SINGLE,
                "the weights",
                files.exists(folder + PICKLE)
                        ? PICKLE
                                + ", a pickle: reading one can run any code. Save the model again"
                                + " with safe_serialization=True"
                        : "no such file");
        return Optional.empty();
    }

    private Optional<StoredWeights> shards(String folder, JsonFile index) {
        JsonNode map = index.get("weight_map");
        if (!map.isObject()) {
            index.problem("weight_map", "an object of tensor names and file names");
            return Optional.empty();
        }
        Map<String, Optional<Safetensors>> shards = new HashMap<>();
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        boolean complete = true;
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String shard = entry.getValue().asText();
            if (!shards.containsKey(shard)) {
                shards.put(shard, shard(folder, index, shard));
                complete &= shards.get(shard).isPresent();
            }
            Optional<Safetensors> file = shards.get(shard);
            if (file.isEmpty()) {
                continue;
            }
            StoredTensor tensor = file.get().tensors().get(entry.getKey());
            if (tensor == null) {
                problems.add(index.name(), entry.getKey() + " in " + shard, "no such tensor there");
                complete = false;
            } else {
                tensors.put(entry.getKey(), tensor);
            }
        }
        return complete
                ? Optional.of(new StoredWeights(index.name(), tensors, problems))
                : Optional.empty();
    }

    private Optional<Safetensors> shard(String folder, JsonFile index, String shard) {
        if (shard.contains("/") || !files.isContained(folder + shard)) {
            problems.add(index.name(), "shards beside the index", "\"%s\"".formatted(shard));
            return Optional.empty();
        }
        Optional<Path> file = files.find(folder + shard);
        if (file.isEmpty()) {
            if (!files.exists(folder + shard)) {
                problems.add(index.name(), "a shard " + shard, "no such file");
            }
            return Optional.empty();
        }
        return open(folder + shard, file.get());
    }

    private Optional<Safetensors> open(String name, Path file) {
        try {
            return Optional.of(Safetensors.open(file));
        } catch (SafetensorsException e) {
            problems.add(name, e.expected(), e.found());
        } catch (IOException e) {
            problems.add(name, "a readable file", e.toString());
        }
        return Optional.empty();
    }
}
