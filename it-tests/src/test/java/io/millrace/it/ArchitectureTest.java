package io.millrace.it;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.LocationProvider;
import com.tngtech.archunit.lang.ArchRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What each module may touch: {@code connectors → flink-operators → model}, and no way back. */
@AnalyzeClasses(locations = ArchitectureTest.AllModules.class)
final class ArchitectureTest {
    private static final String MODEL = "io.millrace.model..";
    private static final String FLINK_OPERATORS = "io.millrace.flink..";
    private static final String KAFKA_JOB = "io.millrace.kafka..";
    private static final String COMMAND_LINE = "io.millrace.cli..";
    private static final String IT_TESTS = "io.millrace.it..";

    /** Measures engines, ours and others, and is itself a command. */
    private static final String BENCH = "io.millrace.it.bench..";

    private static final String FLINK = "org.apache.flink..";
    private static final String KAFKA = "org.apache.kafka..";
    private static final String KAFKA_BROKER = "kafka..";
    private static final String KAFKA_CONNECTOR = "org.apache.flink.connector.kafka..";

    @ArchTest
    static final ArchRule modelKnowsNoOtherModule =
            forbid(MODEL, FLINK_OPERATORS, KAFKA_JOB, COMMAND_LINE, IT_TESTS);

    @ArchTest
    static final ArchRule modelKnowsNeitherFlinkNorKafka =
            forbid(MODEL, FLINK, KAFKA, KAFKA_BROKER);

    @ArchTest
    static final ArchRule flinkOperatorsKnowOnlyTheModel =
            forbid(FLINK_OPERATORS, KAFKA_JOB, COMMAND_LINE, IT_TESTS);

    @ArchTest
    static final ArchRule flinkOperatorsKnowNoKafka =
            forbid(FLINK_OPERATORS, KAFKA, KAFKA_BROKER, KAFKA_CONNECTOR);

    @ArchTest
    static final ArchRule kafkaJobDoesNotKnowTheCommandLine =
            forbid(KAFKA_JOB, COMMAND_LINE, IT_TESTS);

    @ArchTest
    static final ArchRule onlyTheModelKnowsNativeLibraries =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(MODEL, BENCH)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage("org.tensorflow..", "org.bytedeco..", "ai.djl..");

    /** Of production code; a package's test may well use what is built on the package. */
    @ArchTest
    static void packagesHaveNoCycles(JavaClasses classes) {
        slices().matching("io.millrace.(**)")
                .should()
                .beFreeOfCycles()
                .check(classes.that(areProductionCode()));
    }

    @ArchTest
    static final ArchRule onlyTheCommandLinePrints =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(COMMAND_LINE, BENCH)
                    .should(ACCESS_STANDARD_STREAMS);

    @ArchTest
    static final ArchRule loggingIsSlf4j =
            noClasses().should().dependOnClassesThat().resideInAnyPackage("java.util.logging..");

    @ArchTest
    static final ArchRule testsAreJUnit5 =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(
                            "junit..", "org.junit", "org.junit.runner..", "org.junit.rules..");

    private static ArchRule forbid(String to, String... packages) {
        return noClasses()
                .that()
                .resideInAPackage(to)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages);
    }

    static DescribedPredicate<JavaClass> areProductionCode() {
        return DescribedPredicate.describe(
                "are production code",
                javaClass ->
                        javaClass
                                .getSource()
                                .map(source -> source.getUri().getPath().contains("/classes/"))
                                .orElse(false));
    }

    /** Classes and test classes of every module, as Maven compiled them. */
    static final class AllModules implements LocationProvider {
        @Override
        public Set<Location> get(Class<?> testClass) {
            return Stream.of("model", "flink-operators", "connectors", "it-tests")
                    .map(module -> Path.of("..", module, "target"))
                    .flatMap(target -> Stream.of("classes", "test-classes").map(target::resolve))
                    .filter(Files::isDirectory)
                    .map(Location::of)
                    .collect(Collectors.toUnmodifiableSet());
        }
    }
}
