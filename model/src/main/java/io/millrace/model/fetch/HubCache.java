package io.millrace.model.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;

/**
 * One model's folder in the cache, as Python's {@code huggingface_hub} lays it out:
 *
 * <pre>
 * models--org--name/refs/main                            the commit that main was last seen at
 *                   blobs/HASH                           a file's content
 *                   snapshots/COMMIT/config.json         link to ../../blobs/HASH
 *                   .no_exist/COMMIT/modules.json        empty: there is no such file at that commit
 *                   trees/COMMIT.json                    which files there are; written by Python only
 * .locks/models--org--name/HASH.lock
 * </pre>
 */
final class HubCache {
    private static final String TAG =
            """
            Signature: 8a477f597d28d172789f06886806bc55
            # This file is a cache directory tag created by huggingface_hub.
            # For information about cache directory tags, see:
            #\thttps://bford.info/cachedir/
            """;
    private static final int REF_BYTES_MAX = 100;

    private final Path root;
    private final String name;
    private final Path folder;
    private final boolean links;

    /**
     * The folder of one model.
     *
     * @param root the cache
     * @param id {@code org/name}
     * @param links whether a snapshot's files may be links
     */
    HubCache(Path root, String id, boolean links) {
        this.root = root;
        this.name = "models--" + id.replace("/", "--");
        this.folder = root.resolve(name);
        this.links = links;
    }

    Path folder() {
        return folder;
    }

    Path snapshot(String commit) {
        return folder.resolve("snapshots").resolve(commit);
    }

    Path tree(String commit) {
        return folder.resolve("trees").resolve(commit + ".json");
    }

    Path blob(ContentHash hash) {
        return folder.resolve("blobs").resolve(hash.hex());
    }

    Path incomplete(ContentHash hash) {
        return folder.resolve("blobs").resolve(hash.hex() + ".incomplete");
    }

    CacheLock lock(ContentHash hash, Pause pause) throws IOException, InterruptedException {
        return CacheLock.take(
                root.resolve(".locks").resolve(name).resolve(hash.hex() + ".lock"), pause);
    }

    /** The commit that a branch or tag was last seen at. */
    Optional<String> commit(String revision) {
        Path ref = folder.resolve("refs").resolve(revision);
        if (!Files.isRegularFile(ref)) {
            return Optional.empty();
        }
        try (InputStream bytes = Files.newInputStream(ref)) {
            String commit =
                    new String(bytes.readNBytes(REF_BYTES_MAX), StandardCharsets.US_ASCII).strip();
            return HubReference.isCommit(commit) ? Optional.of(commit) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Remembers where a branch or tag is. */
    void putCommit(String revision, String commit) throws IOException {
        if (revision.equals(commit) || commit(revision).equals(Optional.of(commit))) {
            return;
        }
        Path ref = folder.resolve("refs").resolve(revision);
        Files.createDirectories(ref.getParent());
        Path part = ref.resolveSibling(ref.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            Files.writeString(part, commit);
            replace(part, ref);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /**
     * A file of a snapshot, if it is there.
     *
     * @throws HubException when it leads out of the cache
     */
    Optional<Path> find(String commit, String file) {
        Path path = snapshot(commit).resolve(file);
        if (!Files.isRegularFile(path)) {
            return Optional.empty();
        }
        try {
            Path real = path.toRealPath();
            // Newer versions of huggingface_hub share blobs between models.
            if (real.startsWith(folder.toRealPath())
                    || (Files.isDirectory(root.resolve("blobs"))
                            && real.startsWith(root.resolve("blobs").toRealPath()))) {
                return Optional.of(path);
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        throw HubException.lasting(
                "%s: expected a link to a blob of the cache, found one that leads out of it"
                        .formatted(path));
    }

    /** Whether a snapshot has a file, be it only a link to a blob that is no more. */
    boolean isLinked(String commit, String file) {
        return Files.isSymbolicLink(snapshot(commit).resolve(file));
    }

    /** Whether it is known that a commit has no such file. */
    boolean isKnownAbsent(String commit, String file) {
        return Files.isRegularFile(absent(commit, file));
    }

    /** Remembers that a commit has no such file. */
    void putAbsent(String commit, String file) throws IOException {
        Path path = absent(commit, file);
        if (!Files.exists(path)) {
            Files.createDirectories(path.getParent());
            try {
                Files.createFile(path);
            } catch (FileAlreadyExistsException e) {
                // Somebody else found that out too.
            }
        }
    }

    private Path absent(String commit, String file) {
        return folder.resolve(".no_exist").resolve(commit).resolve(file);
    }

    /** Makes the folders that a download needs, and marks the cache for backup programs. */
    void prepare() throws IOException {
        Files.createDirectories(folder.resolve("blobs"));
        Path tag = root.resolve("CACHEDIR.TAG");
        if (!Files.exists(tag)) {
            Files.writeString(tag, TAG);
        }
    }

    /** Lets a snapshot's file be this blob. The caller has the blob's lock. */
    void link(String commit, String file, ContentHash hash) throws IOException {
        Path path = snapshot(commit).resolve(file);
        Path parent = path.resolveSibling("");
        Files.createDirectories(parent);
        if (!parent.toRealPath().startsWith(folder.toRealPath())) {
            throw HubException.lasting(
                    "%s: expected a folder of the cache, found a link that leads out of it"
                            .formatted(parent));
        }
        Path blob = blob(hash);
        if (links) {
            try {
                symlink(path, parent.relativize(blob));
                return;
            } catch (UnsupportedOperationException e) {
                // Below.
            } catch (FileSystemException e) {
                if (Files.exists(path)) {
                    return; // somebody else was faster
                }
            }
        }
        Path part = path.resolveSibling(path.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            Files.copy(blob, part);
            replace(part, path);
        } finally {
            Files.deleteIfExists(part);
        }
    }

    /** Puts a complete file where another may be, in one step. */
    static void replace(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void symlink(Path path, Path target) throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !Files.exists(path)) {
            Files.delete(path); // to a blob that is no more
        }
        Files.createSymbolicLink(path, target);
    }
}
