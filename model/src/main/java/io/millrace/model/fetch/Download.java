package io.millrace.model.fetch;

import io.millrace.model.fetch.HubClient.Body;
import io.millrace.model.fetch.HubClient.Metadata;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Brings one file's content into a blob of the cache.
 *
 * <p>Bytes gather in {@code HASH.incomplete}; a later attempt, or a later process, goes on at its
 * end. When all are there their hash is taken; only then does the blob get its name. A wrong hash
 * throws the bytes away; if some were from an earlier process, all are brought once more.
 */
final class Download {
    private static final int BUFFER = 1 << 16;

    /** Of a file whose size nobody told. */
    private static final long UNKNOWN_SIZE_MAX = 256L << 20;

    private final HubClient client;
    private final HubCache cache;
    private final Pause pause;
    private final HubReference reference;
    private final String file;
    private final Metadata metadata;
    private final LongConsumer position;

    /**
     * One file at one commit.
     *
     * @param position hears how many of its bytes are here
     */
    Download(
            HubClient client,
            HubCache cache,
            Pause pause,
            HubReference reference,
            String file,
            Metadata metadata,
            LongConsumer position) {
        this.client = client;
        this.cache = cache;
        this.pause = pause;
        this.reference = reference;
        this.file = file;
        this.metadata = metadata;
        this.position = position;
    }

    /** Brings the content, if it is not there, and links the snapshot's file to it. */
    void run() throws IOException, InterruptedException {
        try (CacheLock lock = cache.lock(metadata.etag(), pause)) {
            Path blob = cache.blob(metadata.etag());
            if (!isComplete(blob)) {
                bring(blob);
            }
            position.accept(Files.size(blob));
            cache.link(reference.revision(), file, metadata.etag());
        }
    }

    private boolean isComplete(Path blob) throws IOException {
        return Files.isRegularFile(blob)
                && (metadata.size().isEmpty() || Files.size(blob) == metadata.size().getAsLong());
    }

    private void bring(Path blob) throws IOException, InterruptedException {
        Path part = cache.incomplete(metadata.etag());
        boolean fromBefore = Files.exists(part);
        fill(part);
        if (!metadata.etag().matches(part)) {
            Files.delete(part);
            if (!fromBefore) {
                throw wrong("content with the hash " + metadata.etag().hex(), "another");
            }
            fill(part);
            if (!metadata.etag().matches(part)) {
                Files.delete(part);
                throw wrong("content with the hash " + metadata.etag().hex(), "another");
            }
        }
        HubCache.replace(part, blob);
    }

    private void fill(Path part) throws IOException, InterruptedException {
        Attempts attempts = client.attempts(reference + ", " + file);
        try (FileChannel channel =
                FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            while (true) {
                long before = channel.size();
                try {
                    if (attempt(channel)) {
                        // Or a power cut could leave a blob of the right name and no content.
                        channel.force(true);
                        return;
                    }
                } catch (ServerFailure e) {
                    if (channel.size() > before) {
                        attempts.progressed();
                    }
                    attempts.failed(e.why);
                }
            }
        } catch (HubException e) {
            if (!e.isTemporary()) {
                Files.deleteIfExists(part);
            }
            throw e;
        }
    }

    /**
     * Appends what the server gives.
     *
     * @return whether that was all of it
     */
    private boolean attempt(FileChannel channel)
            throws IOException, ServerFailure, InterruptedException {
        long size = metadata.size().orElse(-1);
        long have = channel.size();
        if (have > 0 && (size < 0 || have > size)) {
            channel.truncate(0);
            have = 0;
        }
        if (have == size) {
            return true;
        }
        Optional<Body> opened;
        try {
            opened = client.open(reference, file, metadata, have);
        } catch (IOException e) {
            throw new ServerFailure(e);
        }
        if (opened.isEmpty()) {
            channel.truncate(0);
            throw new ServerFailure(new EOFException("the rest of the file was not given"));
        }
        try (Body body = opened.get();
                StallGuard guard = new StallGuard(body.stream(), client.timeout())) {
            channel.truncate(body.from());
            channel.position(body.from());
            copy(guard, channel, size);
        }
        if (size >= 0 && channel.size() < size) {
            throw new ServerFailure(
                    new EOFException(
                            "expected %d bytes, found %d".formatted(size, channel.size())));
        }
        return true;
    }

    private void copy(StallGuard from, FileChannel to, long size)
            throws IOException, ServerFailure {
        long bytesMax = size < 0 ? UNKNOWN_SIZE_MAX : size;
        byte[] buffer = new byte[BUFFER];
        while (true) {
            int read;
            try {
                read = from.read(buffer);
            } catch (IOException e) {
                throw new ServerFailure(e);
            }
            if (read < 0) {
                return;
            }
            if (to.position() + read > bytesMax) {
                throw wrong(bytesMax + " bytes", "more");
            }
            ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, read);
            while (bytes.hasRemaining()) {
                to.write(bytes);
            }
            position.accept(to.position());
        }
    }

    private HubException wrong(String expected, String found) {
        return HubException.lasting(
                "%s, %s: expected %s, found %s. What came was thrown away"
                        .formatted(reference, file, expected, found));
    }

    /** The server's side failed, as opposed to the disk. */
    private static final class ServerFailure extends Exception {
        private static final long serialVersionUID = 1L;

        private final IOException why;

        ServerFailure(IOException why) {
            super(why);
            this.why = why;
        }
    }
}
