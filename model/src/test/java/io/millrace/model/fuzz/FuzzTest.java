package io.millrace.model.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.model.testing.Golden;
import io.millrace.model.testing.ModelCopy;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens whole directories of which one file was spoiled. The committed inputs in {@code
 * src/test/resources/fuzz} are run every time, then a fixed number of changes of them. With {@code
 * -Dfuzz.seconds=600} it is run for so long on each file, from a new seed; what fails is left in
 * {@code target/fuzz}, to be fixed and kept with the committed inputs.
 */
class FuzzTest {
    /** Its base is inside it. */
    private static final String ADAPTER = "adapter";

    private static final int RUNS = 1000;
    private static final Duration TIME = Duration.ofSeconds(Long.getLong("fuzz.seconds", 0));
    private static final long SEED =
            Long.getLong("fuzz.seed", TIME.isZero() ? 42 : System.nanoTime());
    private static final Path FINDINGS = Path.of("target", "fuzz");

    private static final Logger log = LoggerFactory.getLogger(FuzzTest.class);

    @TempDir Path scratch;

    static Stream<Arguments> targets() {
        return Stream.concat(
                Stream.of(
                                "model.safetensors",
                                "tokenizer.json",
                                "tokenizer_config.json",
                                "modules.json",
                                "config_sentence_transformers.json",
                                "sentence_bert_config.json",
                                "1_Pooling/config.json",
                                "2_Dense/config.json",
                                "2_Dense/model.safetensors")
                        .map(file -> Arguments.of("bert-cls-dense", file)),
                Stream.concat(
                        Stream.of(
                                Arguments.of("bert-f16-sharded", "model.safetensors.index.json"),
                                Arguments.of(ADAPTER, "adapter_config.json"),
                                Arguments.of(ADAPTER, "adapter_model.safetensors")),
                        Golden.onePerModelType().stream()
                                .map(golden -> Arguments.of(golden.toString(), "config.json"))));
    }

    @ParameterizedTest(name = "{0}/{1}")
    @MethodSource("targets")
    @Timeout(value = 2, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void opensOrRefuses(String golden, String file) throws Exception {
        Path directory = directory(golden);
        List<byte[]> seeds = new ArrayList<>(committed(file));
        seeds.add(Files.readAllBytes(directory.resolve(file)));
        Random random = new Random(SEED);
        try (Coverage coverage = new Coverage()) {
            Fuzzer fuzzer =
                    new Fuzzer(
                            coverage.load(DirectoryTarget.class, directory, file),
                            coverage,
                            new Mutator(random, file.endsWith(".safetensors")),
                            random);
            try {
                fuzzer.run(seeds, budget(fuzzer));
            } catch (Fuzzer.Finding finding) {
                Path kept = keep(file, finding.input());
                throw new AssertionError("seed %d, input %s".formatted(SEED, kept), finding);
            }
            assertThat(fuzzer.inputs()).as("kept inputs").hasSizeGreaterThan(seeds.size());
            log.info(
                    "{}: {} inputs, {} kept, {} probes reached",
                    file,
                    fuzzer.runs(),
                    fuzzer.inputs().size(),
                    coverage.size());
        }
    }

    private static BooleanSupplier budget(Fuzzer fuzzer) {
        long end = System.nanoTime() + TIME.toNanos();
        return () -> TIME.isZero() ? fuzzer.runs() < RUNS : System.nanoTime() < end;
    }

    /**
     * A golden directory, and beside it another that would do as well: whoever leaves the first
     * finds something that works.
     */
    private Path directory(String golden) throws IOException {
        Path directory = model(golden, scratch.resolve("model"));
        model(golden, scratch.resolve("outside"));
        Files.delete(directory.resolve("expected.json"));
        Files.write(scratch.resolve("outside/canary.safetensors"), canary());
        Files.createSymbolicLink(
                directory.resolve("link.safetensors"),
                scratch.resolve("outside/canary.safetensors"));
        Files.createSymbolicLink(directory.resolve("link"), scratch.resolve("outside"));
        return directory;
    }

    private static Path model(String golden, Path directory) {
        if (!golden.equals(ADAPTER)) {
            return ModelCopy.of(golden, directory).directory();
        }
        ModelCopy adapter = ModelCopy.of(Golden.adapter("sentence-transformers"), directory);
        ModelCopy.of("bert-mean", directory.resolve("base"));
        return adapter.edit(
                        "adapter_config.json",
                        config -> config.put("base_model_name_or_path", "base"))
                .directory();
    }

    /** A file whose refusal tells that it was opened. */
    private static byte[] canary() {
        long length = new BigInteger(DirectoryTarget.CANARY).longValueExact();
        return ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
    }

    private static List<byte[]> committed(String file) throws IOException {
        Path folder = inputs().resolve(file.replace('/', '_'));
        List<byte[]> inputs = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path input : files.sorted().toList()) {
                    inputs.add(Files.readAllBytes(input));
                }
            }
        }
        return inputs;
    }

    private static Path inputs() {
        try {
            URL url = Objects.requireNonNull(FuzzTest.class.getResource("/fuzz"), "/fuzz");
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path keep(String file, byte[] input) throws IOException {
        Path folder = Files.createDirectories(FINDINGS.resolve(file.replace('/', '_')));
        return Files.write(folder.resolve(hash(input)), input).toAbsolutePath();
    }

    private static String hash(byte[] input) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(input);
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
