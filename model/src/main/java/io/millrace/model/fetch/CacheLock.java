package io.millrace.model.fetch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One blob's lock: against other threads here, and against other processes by a lock on a file.
 *
 * <p>It only keeps two from bringing the same bytes. What is right does not hang on it: a blob
 * appears under its name when it is complete and verified. So where the file system knows no locks,
 * and against Python, whose locks are of another kind, work is done twice at worst.
 */
final class CacheLock implements AutoCloseable {
    private static final long RETRY_MILLIS = 100;

    // Never more than the blobs that one process brings in its life.
    private static final Map<Path, ReentrantLock> HERE = new ConcurrentHashMap<>();

    private final ReentrantLock here;
    private final FileChannel channel;
    private final @Nullable FileLock lock;

    private CacheLock(ReentrantLock here, FileChannel channel, @Nullable FileLock lock) {
        this.here = here;
        this.channel = channel;
        this.lock = lock;
    }

    /** Waits until it has the lock. */
    static CacheLock take(Path file, Pause pause) throws IOException, InterruptedException {
        Files.createDirectories(file.getParent());
        ReentrantLock here = HERE.computeIfAbsent(file, any -> new ReentrantLock());
        here.lockInterruptibly();
        boolean taken = false;
        try {
            FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                CacheLock lock = new CacheLock(here, channel, lock(channel, pause));
                taken = true;
                return lock;
            } finally {
                if (!taken) {
                    channel.close();
                }
            }
        } finally {
            if (!taken) {
                here.unlock();
            }
        }
    }

    private static @Nullable FileLock lock(FileChannel channel, Pause pause)
            throws IOException, InterruptedException {
        while (true) {
            try {
                return channel.lock();
            } catch (OverlappingFileLockException e) {
                // This class was loaded twice in this process, and the other one has it.
                pause.millis(RETRY_MILLIS);
            } catch (IOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                return null; // a file system without locks
            }
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            if (lock != null) {
                lock.release();
            }
        } finally {
            here.unlock();
        }
    }
}
