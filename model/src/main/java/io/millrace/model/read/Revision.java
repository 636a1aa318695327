package io.millrace.model.read;

import io.millrace.model.ModelException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A name for the contents of a directory: the Hub's commit, or a hash over the files that decide
 * the vectors. Each file, in the order of names, adds its name, its size and its bytes. That takes
 * a second a gigabyte or more, so it is done when it is asked for, or beside other work.
 */
public final class Revision {
    private static final int HEX_DIGITS = 16;
    private static final int BUFFER = 1 << 16;

    private final Path directory;
    private final SortedMap<String, Path> files;

    /** Null: not known yet. Guarded by this. */
    private @Nullable String name;

    private Revision(Path directory, SortedMap<String, Path> files, @Nullable String name) {
        this.directory = directory;
        this.files = files;
        this.name = name;
    }

    /** A hash over files, not taken yet. */
    static Revision of(Path directory, SortedMap<String, Path> files) {
        return new Revision(directory, files, null);
    }

    /** A commit of the Hub. */
    static Revision of(Path directory, String commit) {
        return new Revision(directory, new TreeMap<>(), commit);
    }

    /** Begins to take the hash on a thread of its own. */
    void begin() {
        synchronized (this) {
            if (name != null) {
                return;
            }
        }
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                name();
                            } catch (ModelException e) {
                                // whoever asks for the name tries again, and is told
                            }
                        },
                        "millrace-revision");
        thread.setDaemon(true);
        thread.start();
    }

    /** Takes the hash, or waits for it. */
    synchronized String name() {
        if (name == null) {
            try {
                name = hash(files);
            } catch (IOException e) {
                throw new ModelException(
                        directory,
                        List.of("%s: expected readable files, found %s".formatted(directory, e)));
            }
        }
        return name;
    }

    private static String hash(SortedMap<String, Path> files) throws IOException {
        MessageDigest digest = sha256();
        for (Map.Entry<String, Path> file : files.entrySet()) {
            digest.update(file.getKey().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            digest.update(
                    ByteBuffer.allocate(Long.BYTES).putLong(Files.size(file.getValue())).flip());
            try (InputStream bytes = Files.newInputStream(file.getValue())) {
                byte[] buffer = new byte[BUFFER];
                for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                    digest.update(buffer, 0, read);
                }
            }
        }
        return "sha256:" + HexFormat.of().formatHex(digest.digest()).substring(0, HEX_DIGITS);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
