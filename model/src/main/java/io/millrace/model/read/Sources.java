package io.millrace.model.read;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Where the parts of a model come from: one directory, or two when there is an adapter. The
 * directory of an adapter that has its own pipeline and tokenizer, as sentence-transformers saves
 * it, says what is to be done with the hidden states; the base gives configuration and weights.
 *
 * @param pipeline modules, prompts, tokenizer
 * @param modules of the pipeline
 * @param tokenizer the tokenizer's files: with the pipeline, or with the adapter where it has words
 *     of its own
 * @param weights configuration and weights
 * @param adapter what changes the weights
 */
record Sources(
        Place pipeline,
        List<Module> modules,
        Place tokenizer,
        Place weights,
        Optional<Adapter> adapter,
        List<Place> all) {
    private static final String BASE = "base/";
    private static final String ADAPTER = "adapter/";

    /**
     * One directory.
     *
     * @param label what goes before names of its files; empty for the directory that is opened
     * @param folder of the transformer: {@code ""} or ends with a slash
     */
    record Place(ModelFiles files, String label, String folder, Problems problems) {
        static Place of(Path path, String label, Problems problems) {
            Problems labelled = label.isEmpty() ? problems : problems.in(label);
            if (!Files.isDirectory(path)) {
                String found = Files.exists(path) ? "a file" : "nothing";
                problems.add(path.toString(), "a directory", found);
                problems.throwIfAny();
            }
            return new Place(new ModelFiles(path, labelled), label, "", labelled);
        }

        private List<Module> modules() {
            return Module.readAll(files, problems);
        }

        private Place at(List<Module> modules) {
            String transformer = modules.isEmpty() ? "" : modules.get(0).folder();
            return new Place(files, label, transformer, problems);
        }

        private boolean has(String name) {
            return files.exists(folder + name);
        }
    }

    /** A directory, and the adapter in it if there is one. */
    static Sources of(Path path, Function<String, Optional<Path>> bases, Problems problems) {
        Place given = Place.of(path, "", problems);
        List<Module> modules = given.modules();
        Place directory = given.at(modules);
        if (!directory.has(AdapterConfig.FILE)) {
            return new Sources(
                    directory, modules, directory, directory, Optional.empty(), List.of(directory));
        }
        Optional<AdapterConfig> config = config(directory);
        Place base = base(directory, config.map(AdapterConfig::base).orElse(""), bases, problems);
        boolean whole = given.has(Module.FILE);
        Place pipeline = whole ? directory : base;
        Optional<Adapter> read = config.flatMap(c -> adapter(directory, c));
        return new Sources(
                pipeline,
                whole ? modules : base.modules(),
                tokenizer(pipeline, base, directory, read),
                base,
                read,
                List.of(directory, base));
    }

    /** A directory as the base, and an adapter from another. */
    static Sources of(Path path, Path adapterPath, Problems problems) {
        Place base = Place.of(path, "", problems);
        Place adapter = Place.of(adapterPath, ADAPTER, problems);
        List<Module> modulesOfBase = base.modules();
        base = base.at(modulesOfBase);
        if (base.has(AdapterConfig.FILE)) {
            problems.add(
                    base.folder + AdapterConfig.FILE,
                    "a base without an adapter of its own, as another is given",
                    "one");
        }
        boolean whole = adapter.has(Module.FILE);
        List<Module> modules = whole ? adapter.modules() : modulesOfBase;
        Place directory = whole ? adapter.at(modules) : adapter;
        Optional<Adapter> read = config(directory).flatMap(config -> adapter(directory, config));
        Place pipeline = whole ? directory : base;
        return new Sources(
                pipeline,
                modules,
                tokenizer(pipeline, base, directory, read),
                base,
                read,
                List.of(base, directory));
    }

    /** The pipeline's own, or the base's where an adapter was saved without one. */
    private static Place tokenizer(
            Place pipeline, Place base, Place directory, Optional<Adapter> adapter) {
        boolean words = adapter.map(Adapter::words).orElse(OptionalInt.empty()).isPresent();
        if (words && directory.has(TokenizerFiles.FILE)) {
            return directory;
        }
        return pipeline.has(TokenizerFiles.FILE) ? pipeline : base;
    }

    private static Optional<AdapterConfig> config(Place place) {
        String name = place.folder + AdapterConfig.FILE;
        Optional<Path> file = place.files.find(name);
        if (file.isEmpty()) {
            place.problems.add(name, "the adapter's configuration", "no such file");
        }
        return file.flatMap(f -> JsonFile.read(name, f, place.problems))
                .map(json -> AdapterConfig.read(json, place.problems));
    }

    private static Optional<Adapter> adapter(Place place, AdapterConfig config) {
        return config.isSound()
                ? Adapter.read(place.files, place.folder, config, place.problems)
                : Optional.empty();
    }

    /** Never fetched: inside the directory, or what is at hand already. */
    private static Place base(
            Place adapter, String name, Function<String, Optional<Path>> bases, Problems problems) {
        Optional<Path> path = Optional.empty();
        if (!name.isEmpty()) {
            path =
                    adapter.files.isContained(adapter.folder + name)
                            ? Optional.of(adapter.files.root().resolve(adapter.folder + name))
                                    .filter(Files::isDirectory)
                                    .or(() -> bases.apply(name))
                            : Optional.empty();
        }
        if (path.isEmpty()) {
            problems.add(
                    adapter.folder + AdapterConfig.FILE,
                    "a base model that is inside the directory or at hand",
                    "\"%s\": open the base's own directory, and give this one as its adapter"
                            .formatted(name));
            problems.throwIfAny();
        }
        Place base = Place.of(path.orElseThrow(), BASE, problems);
        return base.at(base.modules());
    }
}
