package io.millrace.cli.local;

import io.millrace.cli.shell.Failures;
import io.millrace.cli.shell.TemporaryDirectory;
import io.millrace.cli.shell.UnusableException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A directory that holds one job's checkpoints, so that a later run goes on where this one stopped.
 * One run at a time.
 *
 * <p>The consumer group's offsets alone would not do: records that wait to be encoded when a
 * checkpoint is made are behind these offsets, and only the checkpoint has them.
 */
public final class StateDirectory implements AutoCloseable {
    /** Flink writes it last: a checkpoint that has it is whole. */
    private static final String METADATA = "_metadata";

    private static final int METADATA_DEPTH = 4;

    private final Path path;
    private final Kind kind;
    private final FileChannel lock;

    /** What the state is of. Flink's Kafka source cannot make one of the other. */
    public enum Kind {
        /** A run without an end. */
        UNBOUNDED,
        /** A run to an end that is fixed when it begins. Finished, it has no state. */
        BOUNDED;

        private Path within(Path path) {
            return path.resolve(name().toLowerCase(Locale.ROOT));
        }

        private Kind other() {
            return this == BOUNDED ? UNBOUNDED : BOUNDED;
        }
    }

    private StateDirectory(Path path, Kind kind, FileChannel lock) {
        this.path = path;
        this.kind = kind;
        this.lock = lock;
    }

    /**
     * Where a job's state is unless its user says: per Kafka cluster and consumer group, among the
     * user's other programs' state.
     */
    public static Path usual(String clusterId, String groupId) {
        String states = System.getenv("XDG_STATE_HOME");
        Path root =
                states == null || states.isEmpty()
                        ? Path.of(System.getProperty("user.home"), ".local", "state")
                        : Path.of(states);
        return root.resolve("millrace").resolve(clusterId).resolve(fileName(groupId));
    }

    /** A name of its own for every group, and none that leads elsewhere. */
    private static String fileName(String groupId) {
        return URLEncoder.encode(groupId, StandardCharsets.UTF_8).replace(".", "%2E");
    }

    /** Makes the directory if it is missing, and keeps other runs out. */
    public static StateDirectory open(Path path, Kind kind) throws IOException {
        Path absolute = path.toAbsolutePath().normalize();
        FileChannel lock = lock(absolute);
        FileLock held = lock.tryLock();
        if (held == null) {
            lock.close();
            throw new UnusableException(
                    "State directory %s is in use by another run of the same job"
                            .formatted(absolute));
        }
        if (newest(kind.other().within(absolute)).isPresent()) {
            lock.close();
            throw new UnusableException(
                    ("State directory %s: expected the state of a run %s --bounded, found that of one %s."
                                    + " Choose another --group-id, or remove the directory to"
                                    + " start over.")
                            .formatted(
                                    absolute,
                                    kind == Kind.BOUNDED ? "with" : "without",
                                    kind == Kind.BOUNDED ? "without" : "with"));
        }
        return new StateDirectory(absolute, kind, lock);
    }

    private static FileChannel lock(Path path) {
        try {
            Files.createDirectories(path);
            return FileChannel.open(
                    path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UnusableException(
                    "State directory %s: expected a directory to write to: %s"
                            .formatted(path, Failures.message(e)),
                    e);
        }
    }

    Path checkpoints() {
        return kind.within(path).resolve("checkpoints");
    }

    Path savepoints() {
        return kind.within(path).resolve("savepoints");
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    /** The newest whole checkpoint or savepoint. */
    public Optional<Path> newest() throws IOException {
        return newest(kind.within(path));
    }

    private static Optional<Path> newest(Path root) throws IOException {
        if (!Files.exists(root)) {
            return Optional.empty();
        }
        @Nullable Path newest = null;
        FileTime newestTime = FileTime.fromMillis(0);
        try (Stream<Path> files =
                Files.find(root, METADATA_DEPTH, (file, any) -> isMetadata(file))) {
            for (Path metadata : files.toList()) {
                FileTime time = Files.getLastModifiedTime(metadata);
                if (time.compareTo(newestTime) > 0) {
                    newest = metadata.getParent();
                    newestTime = time;
                }
            }
        }
        return Optional.ofNullable(newest);
    }

    /** Forgets the state, once there is nothing to go on with. */
    public void clear() throws IOException {
        new TemporaryDirectory(kind.within(path)).close();
    }

    private static boolean isMetadata(Path file) {
        return METADATA.equals(String.valueOf(file.getFileName()));
    }

    /** Lets other runs in. */
    @Override
    public void close() throws IOException {
        lock.close();
    }
}
