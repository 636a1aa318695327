package io.millrace.model.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which files of a repository are wanted: those that the readers of a model directory look at, and
 * no others. JSON and safetensors, and a vocabulary as text where there is no {@code
 * tokenizer.json}: whatever else is there (pickles, code, other engines' files) is never asked for.
 *
 * <p>Every name is written here or comes out of {@code modules.json} or an index of shards; the
 * latter must stay inside the repository.
 */
final class Selection {
    private static final int FILES_MAX = 1000;

    private static final String MODULES = "modules.json";
    private static final String CONFIG = "config.json";
    private static final String WEIGHTS = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String ADAPTER = "adapter_config.json";
    private static final String ADAPTER_WEIGHTS = "adapter_model.safetensors";
    private static final String TOKENIZER = "tokenizer.json";
    private static final String PICKLE = "pytorch_model.bin";

    private static final List<String> TOKENIZER_SETTINGS =
            List.of("tokenizer_config.json", "special_tokens_map.json", "added_tokens.json");
    private static final List<String> TRANSFORMER_SETTINGS =
            List.of(
                    "sentence_bert_config.json",
                    "sentence_roberta_config.json",
                    "sentence_distilbert_config.json",
                    "sentence_camembert_config.json",
                    "sentence_albert_config.json",
                    "sentence_xlm-roberta_config.json",
                    "sentence_xlnet_config.json");

    private final Repository repository;
    private final Set<String> files = new LinkedHashSet<>();
    private final List<String> problems = new ArrayList<>();

    /** Where the files are asked for: the Hub, or the cache. */
    interface Repository {
        /** Whether there is such a file. */
        boolean has(String file);

        /** A file's content; empty when it is not to be had. */
        Optional<JsonNode> json(String file) throws InterruptedException;
    }

    /**
     * What is wanted.
     *
     * @param files in the order to bring them: small ones first
     * @param problems why the repository cannot be run; empty if it may
     */
    record Result(List<String> files, List<String> problems) {}

    private Selection(Repository repository) {
        this.repository = repository;
    }

    static Result of(Repository repository) throws InterruptedException {
        Selection selection = new Selection(repository);
        selection.select();
        return new Result(List.copyOf(selection.files), List.copyOf(selection.problems));
    }

    private void select() throws InterruptedException {
        boolean modular = optional(MODULES);
        List<String> folders = modular ? folders() : List.of("");
        if (folders.isEmpty()) {
            return;
        }
        optional("config_sentence_transformers.json");
        String transformer = folders.get(0);
        boolean adapter = optional(transformer + ADAPTER);
        for (String folder : folders) {
            optional(folder + CONFIG);
        }
        boolean tokenizer = tokenizer(transformer);
        TOKENIZER_SETTINGS.forEach(name -> optional(transformer + name));
        if (modular) {
            TRANSFORMER_SETTINGS.forEach(name -> optional(transformer + name));
        }
        for (String folder : new LinkedHashSet<>(folders)) {
            boolean needed = folder.equals(transformer) && !adapter;
            weights(folder, needed);
        }
        if (adapter) {
            required(transformer + ADAPTER_WEIGHTS);
        } else {
            required(transformer + CONFIG);
            if (!tokenizer) {
                problems.add("no " + transformer + TOKENIZER);
            }
        }
        if (files.size() > FILES_MAX) {
            problems.add("expected at most %d files, found more".formatted(FILES_MAX));
        }
    }

    /** The modules' folders in order: {@code ""} or ending with a slash. */
    private List<String> folders() throws InterruptedException {
        Optional<JsonNode> modules = repository.json(MODULES);
        if (modules.isEmpty()) {
            return List.of();
        }
        List<String> folders = new ArrayList<>();
        for (JsonNode module : modules.get()) {
            String path = module.path("path").asText().replaceFirst("/$", "");
            if (path.isEmpty()) {
                folders.add("");
            } else if (SafeNames.isInside(path)) {
                folders.add(path + "/");
            } else {
                problems.add(
                        MODULES + ": expected paths inside the repository, found " + quoted(path));
            }
        }
        if (folders.isEmpty() && problems.isEmpty()) {
            problems.add(MODULES + ": expected modules, found none");
        }
        return folders.size() > FILES_MAX ? folders.subList(0, FILES_MAX) : folders;
    }

    /** Or what older versions wrote instead; only then is a text file wanted. */
    private boolean tokenizer(String folder) {
        return optional(folder + TOKENIZER)
                || optional(folder + "vocab.txt")
                || (optional(folder + "merges.txt") && optional(folder + "vocab.json"));
    }

    /** As the reader looks for them: one file, or else shards by an index. */
    private void weights(String folder, boolean needed) throws InterruptedException {
        if (optional(folder + WEIGHTS)) {
            return;
        }
        if (optional(folder + INDEX)) {
            shards(folder);
        } else if (needed) {
            problems.add(
                    repository.has(folder + PICKLE)
                            ? "the weights are there only as %s, a pickle: reading one can run any code, so it is never fetched. Look for a revision with safetensors, or save the model with safe_serialization=True"
                                    .formatted(folder + PICKLE)
                            : "no " + folder + WEIGHTS);
        }
    }

    private void shards(String folder) throws InterruptedException {
        Optional<JsonNode> index = repository.json(folder + INDEX);
        if (index.isEmpty()) {
            return;
        }
        for (Map.Entry<String, JsonNode> tensor : index.get().path("weight_map").properties()) {
            String shard = tensor.getValue().asText();
            if (!shard.endsWith(".safetensors")
                    || shard.contains("/")
                    || !SafeNames.isInside(shard)) {
                problems.add(
                        folder
                                + INDEX
                                + ": expected shards (*.safetensors) beside it, found "
                                + quoted(shard));
                return;
            }
            required(folder + shard);
        }
    }

    private boolean optional(String file) {
        boolean there = repository.has(file);
        if (there) {
            files.add(file);
        }
        return there;
    }

    private void required(String file) {
        if (!files.contains(file) && !optional(file)) {
            problems.add("no " + file);
        }
    }

    private static String quoted(String name) {
        String visible = name.replaceAll("\\p{Cntrl}", "?");
        return "\"" + (visible.length() <= 100 ? visible : visible.substring(0, 100) + "…") + "\"";
    }
}
