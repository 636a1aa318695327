package io.millrace.model.fuzz;

import com.sun.management.ThreadMXBean;
import io.millrace.model.ModelException;
import io.millrace.model.read.ModelDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Puts an input in the place of one file of a model directory and opens it. The directory must open
 * or be refused with messages that name files, without much memory, and without a look at what lies
 * outside it.
 */
public final class DirectoryTarget implements Consumer<byte[]> {
    /** What every test directory has around it; a file outside that is opened betrays itself. */
    static final String CANARY = "31415926";

    private static final long ALLOCATED_MAX = 64L << 20;
    private static final long ALLOCATED_MAX_PER_BYTE = 200;
    private static final Pattern PROBLEM =
            Pattern.compile("(.+: expected .+, found .*|and \\d+ more)");
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Path directory;
    private final String file;

    public DirectoryTarget(Path directory, String file) {
        this.directory = directory;
        this.file = file;
    }

    @Override
    public void accept(byte[] input) {
        write(input);
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            ModelDirectory model = ModelDirectory.open(directory);
            model.files().keySet().forEach(this::checkInside);
            check(model.weightBytes() >= 0, "weights: " + model.weightBytes());
        } catch (ModelException e) {
            e.problems().forEach(DirectoryTarget::checkMessage);
        }
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        check(
                allocated < ALLOCATED_MAX + ALLOCATED_MAX_PER_BYTE * input.length,
                "allocated %d bytes for %d".formatted(allocated, input.length));
    }

    private void write(byte[] input) {
        try {
            Files.write(directory.resolve(file), input);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void checkInside(String name) {
        try {
            if (Files.notExists(directory.resolve(name))) {
                return; // of the base of an adapter, which is called otherwise here
            }
            Path real = directory.resolve(name).toRealPath();
            check(real.startsWith(directory.toRealPath()), "opened outside: " + real);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void checkMessage(String problem) {
        check(PROBLEM.matcher(problem).matches(), "names no file: " + problem);
        check(!problem.contains("header of " + CANARY), "looked outside: " + problem);
        check(problem.length() < 1000, "quotes too much: " + problem);
    }

    private static void check(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
