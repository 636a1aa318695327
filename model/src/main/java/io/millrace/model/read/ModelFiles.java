package io.millrace.model.read;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds files of one model directory and remembers which were used.
 *
 * <p>Names that come out of a file (a shard in an index, a module's folder) must stay inside the
 * directory. In the Hub's cache, files of a snapshot are links into {@code blobs} beside it, so
 * there the repository's folder is the boundary.
 */
final class ModelFiles {
    private static final Pattern HUB_SNAPSHOT =
            Pattern.compile("models--(?<id>[^/\\\\]+)/snapshots/(?<commit>[0-9a-f]{40})");

    private final Path root;
    private final SortedMap<String, Path> used = new TreeMap<>();

    ModelFiles(Path root) {
        this.root = root;
    }

    Path root() {
        return root;
    }

    /** The files that were read, by their name in the directory, in alphabetical order. */
    SortedMap<String, Path> used() {
        return used;
    }

    /** The file, if it is there. */
    Optional<Path> find(String name) {
        Path file = root.resolve(name);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        used.put(name, file);
        return Optional.of(file);
    }

    boolean exists(String name) {
        return Files.exists(root.resolve(name));
    }

    /** Whether a name that a file of the directory gives stays inside the directory. */
    boolean isContained(String name) {
        try {
            Path relative = Path.of(name);
            if (relative.isAbsolute() || name.contains("\\") || name.indexOf('\0') >= 0) {
                return false;
            }
            for (Path part : relative) {
                if (part.toString().equals("..")) {
                    return false;
                }
            }
            Path file = root.resolve(relative);
            return !Files.exists(file) || isContained(file.toRealPath());
        } catch (InvalidPathException | IOException e) {
            return false;
        }
    }

    private boolean isContained(Path file) throws IOException {
        if (hubSnapshot().isEmpty()) {
            return file.startsWith(root.toRealPath());
        }
        // Newer versions of huggingface_hub may share blobs between models.
        Path shared = root.resolve("../../../blobs");
        return file.startsWith(root.resolve("../..").toRealPath())
                || (Files.isDirectory(shared) && file.startsWith(shared.toRealPath()));
    }

    /** Where the directory is a snapshot in the Hub's cache: which repository and commit. */
    Optional<HubSnapshot> hubSnapshot() {
        Path absolute = root.toAbsolutePath().normalize();
        int names = absolute.getNameCount();
        if (names < 3) {
            return Optional.empty();
        }
        String tail = absolute.subpath(names - 3, names).toString().replace('\\', '/');
        Matcher matcher = HUB_SNAPSHOT.matcher(tail);
        return matcher.matches()
                ? Optional.of(
                        new HubSnapshot(
                                matcher.group("id").replace("--", "/"), matcher.group("commit")))
                : Optional.empty();
    }

    /**
     * A repository of the Hub at one commit.
     *
     * @param id {@code org/name}
     * @param commit 40 hex digits
     */
    record HubSnapshot(String id, String commit) {}
}
