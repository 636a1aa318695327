package io.millrace.model.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What the Hub's ETag says of a file's content: the SHA-256 of a large one (LFS), git's id of a
 * small one. Also the name of its blob in the cache.
 *
 * @param hex 64 digits of the one or 40 of the other
 */
record ContentHash(String hex) {
    private static final Pattern HEX = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final int SHA256_DIGITS = 64;
    private static final int BUFFER = 1 << 16;

    /** The hash in an ETag, strong or weak; empty for a tag of another kind. */
    static Optional<ContentHash> ofEtag(String etag) {
        String hex = etag.replaceFirst("^W/", "").replace("\"", "");
        return HEX.matcher(hex).matches() ? Optional.of(new ContentHash(hex)) : Optional.empty();
    }

    /** Whether that is what the file holds. */
    boolean matches(Path file) throws IOException {
        MessageDigest digest =
                hex.length() == SHA256_DIGITS ? digest("SHA-256") : gitBlob(Files.size(file));
        try (InputStream bytes = Files.newInputStream(file)) {
            byte[] buffer = new byte[BUFFER];
            for (int read = bytes.read(buffer); read >= 0; read = bytes.read(buffer)) {
                digest.update(buffer, 0, read);
            }
        }
        return HexFormat.of().formatHex(digest.digest()).equals(hex);
    }

    private static MessageDigest gitBlob(long size) {
        MessageDigest digest = digest("SHA-1");
        digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
        return digest;
    }

    private static MessageDigest digest(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has " + algorithm, e);
        }
    }
}
