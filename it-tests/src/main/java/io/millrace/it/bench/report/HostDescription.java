package io.millrace.it.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The machine, as Linux tells of it.
 *
 * @param processor its model's name
 * @param cores that this process may use
 * @param instructions those of its flags that matrix products live on
 * @param memoryBytes all of it
 * @param system operating system and its version
 */
public record HostDescription(
        String processor, int cores, List<String> instructions, long memoryBytes, String system) {
    private static final Set<String> INSTRUCTIONS =
            Set.of(
                    "avx2",
                    "avx_vnni",
                    "avx512f",
                    "avx512_vnni",
                    "avx512_bf16",
                    "avx512_fp16",
                    "amx_tile",
                    "amx_bf16",
                    "amx_int8");

    /** The one that this runs on. */
    public static HostDescription here() throws IOException {
        List<String> processor = lines(Path.of("/proc/cpuinfo"));
        return new HostDescription(
                value(processor, "model name"),
                Runtime.getRuntime().availableProcessors(),
                Arrays.stream(value(processor, "flags").split(" "))
                        .filter(INSTRUCTIONS::contains)
                        .sorted()
                        .toList(),
                kilobytes(value(lines(Path.of("/proc/meminfo")), "MemTotal")) * 1024,
                System.getProperty("os.name") + " " + System.getProperty("os.version"));
    }

    /** In one line. */
    public String describe() {
        return "%s; %d cores; %s; %.0f GB; %s; Java %s"
                .formatted(
                        processor,
                        cores,
                        String.join(" ", instructions),
                        memoryBytes / 1e9,
                        system,
                        Runtime.version());
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private static String value(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(line.indexOf(':') + 1).trim())
                .findFirst()
                .orElse("unknown");
    }

    private static long kilobytes(String value) {
        String digits = value.replaceAll("\\D", "");
        return digits.isEmpty() ? 0 : Long.parseLong(digits);
    }
}
