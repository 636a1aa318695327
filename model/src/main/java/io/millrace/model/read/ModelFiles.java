package io.millrace.model.read;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
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

    /** How the small file begins that Git has where a large one was not fetched. */
    private static final String POINTER = "version https://git-lfs.github.com/spec/";

    /** A pointer is smaller, by its specification. */
    private static final int MAX_POINTER_BYTES = 1024;

    private final Path root;
    private final Problems problems;
    private final SortedMap<String, Path> used = new TreeMap<>();

    ModelFiles(Path root, Problems problems) {
        this.root = root;
        this.problems = problems;
    }

    Path root() {
        return root;
    }

    /** The files that were read, by their name in the directory, in alphabetical order. */
    SortedMap<String, Path> used() {
        return used;
    }

    /** The file, if it is there; noted as a problem when only something in its place is. */
    Optional<Path> find(String name) {
        Path file = root.resolve(name);
        if (!exists(name) || !Files.isRegularFile(file) || isPointer(name, file)) {
            return Optional.empty();
        }
        used.put(name, file);
        return Optional.of(file);
    }

    /** Whether there is one, be it a link that leads nowhere, which is noted as a problem. */
    boolean exists(String name) {
        if (Files.exists(root.resolve(name))) {
            return true;
        }
        Path part = root;
        for (Path step : Path.of(name)) {
            part = part.resolve(step);
            if (Files.isSymbolicLink(part) && !Files.exists(part)) {
                problems.addOnly(
                        name,
                        "a file, as there is a link to one",
                        "a link that leads nowhere; "
                                + hubSnapshot()
                                        .map(HubSnapshot::id)
                                        .map("with network and --model %s it is fetched"::formatted)
                                        .orElse("copy what it led to, or fetch the model again"));
                return true;
            }
        }
        return false;
    }

    private boolean isPointer(String name, Path file) {
        try (InputStream bytes = Files.newInputStream(file)) {
            boolean pointer =
                    Files.size(file) < MAX_POINTER_BYTES
                            && new String(bytes.readNBytes(POINTER.length()), ISO_8859_1)
                                    .equals(POINTER);
            if (pointer) {
                problems.addOnly(
                        name,
                        "the file itself",
                        "a Git LFS pointer to it; \"git lfs pull\" in this directory fetches what"
                                + " it points to");
            }
            return pointer;
        } catch (IOException e) {
            return false; // whoever reads the file says so
        }
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
        return HubSnapshot.of(root);
    }

    /**
     * A repository of the Hub at one commit.
     *
     * @param id {@code org/name}
     * @param commit 40 hex digits
     */
    record HubSnapshot(String id, String commit) {
        static Optional<HubSnapshot> of(Path path) {
            Path absolute = path.toAbsolutePath().normalize();
            int names = absolute.getNameCount();
            if (names < 3) {
                return Optional.empty();
            }
            String tail = absolute.subpath(names - 3, names).toString().replace('\\', '/');
            Matcher matcher = HUB_SNAPSHOT.matcher(tail);
            return matcher.matches()
                    ? Optional.of(
                            new HubSnapshot(
                                    matcher.group("id").replace("--", "/"),
                                    matcher.group("commit")))
                    : Optional.empty();
        }
    }
}
