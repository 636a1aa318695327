package io.millrace.it.bench.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What Linux tells of a process's memory. */
final class ProcessMemory {
    private static final String PEAK = "VmHWM:";

    private ProcessMemory() {}

    /** The peaks of a process and of those below it, added up; empty where Linux tells none. */
    static OptionalLong peakBytes(ProcessHandle process) throws IOException {
        long sum = 0;
        boolean known = false;
        try (Stream<ProcessHandle> all = Stream.concat(Stream.of(process), process.descendants())) {
            for (ProcessHandle each : all.toList()) {
                OptionalLong peak = own(each.pid());
                known |= peak.isPresent();
                sum += peak.orElse(0);
            }
        }
        return known ? OptionalLong.of(sum) : OptionalLong.empty();
    }

    private static OptionalLong own(long pid) throws IOException {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .filter(line -> line.startsWith(PEAK))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        }
    }
}
