package io.millrace.model.fetch;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.model.fetch.Selection.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What the cache knows of a commit. A file that is not there may be one that nobody asked for yet;
 * so each is known to be there, known not to be, or unknown.
 */
final class CachedRepository implements Selection.Repository {
    private final HubCache cache;
    private final String commit;
    private final Optional<JsonNode> tree;
    private final Set<String> unknown = new TreeSet<>();
    private final Set<String> missing = new TreeSet<>();

    private CachedRepository(HubCache cache, String commit) {
        this.cache = cache;
        this.commit = commit;
        this.tree = tree(cache.tree(commit));
    }

    /**
     * What is in the cache of a commit.
     *
     * @param missing files that are wanted and not there
     * @param unknown files of which nobody knows whether the commit has them
     * @param problems why what is there cannot be run
     */
    record Content(List<String> missing, Set<String> unknown, List<String> problems) {
        /** Nothing more could come from the Hub. */
        boolean isComplete() {
            return isUsable() && unknown.isEmpty();
        }

        /** Good enough where nothing can come from the Hub. */
        boolean isUsable() {
            return missing.isEmpty() && problems.isEmpty();
        }
    }

    static Content look(HubCache cache, String commit) throws InterruptedException {
        CachedRepository repository = new CachedRepository(cache, commit);
        Result wanted = Selection.of(repository);
        for (String file : wanted.files()) {
            if (cache.find(commit, file).isEmpty()) {
                repository.missing.add(file);
            }
        }
        return new Content(
                new ArrayList<>(repository.missing), repository.unknown, wanted.problems());
    }

    /** Python's list of the commit's files, if it left one. */
    private static Optional<JsonNode> tree(Path file) {
        try {
            return Files.isRegularFile(file)
                    ? SmallJson.read(file)
                            .filter(tree -> tree.path("format_version").asInt() == 1)
                            .map(tree -> tree.path("files"))
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean has(String file) {
        if (cache.find(commit, file).isPresent()) {
            return true;
        }
        if (cache.isLinked(commit, file)) {
            return true; // once it was there
        }
        if (tree.isPresent()) {
            return tree.get().has(file);
        }
        if (!cache.isKnownAbsent(commit, file)) {
            unknown.add(file);
        }
        return false;
    }

    @Override
    public Optional<JsonNode> json(String file) {
        Optional<Path> path = cache.find(commit, file);
        if (path.isEmpty()) {
            missing.add(file);
            return Optional.empty();
        }
        try {
            Optional<JsonNode> json = SmallJson.read(path.get());
            if (json.isEmpty()) {
                throw HubException.lasting(
                        path.get()
                                + ": expected JSON, found something else; remove it and try again");
            }
            return json;
        } catch (IOException e) {
            throw HubException.lasting(
                    "%s: expected a readable file, found %s".formatted(path.get(), e));
        }
    }
}
