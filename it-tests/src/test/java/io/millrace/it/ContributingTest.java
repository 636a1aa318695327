package io.millrace.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The newcomer's page speaks of the code as it is. */
@AnalyzeClasses(locations = ArchitectureTest.AllModules.class)
final class ContributingTest {
    private static final Pattern WAY =
            Pattern.compile("^## The way of a record$.*?^## ", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern STEP = Pattern.compile("^\\d+\\. .*$", Pattern.MULTILINE);
    private static final Pattern CLASS = Pattern.compile("`[A-Z]\\w*`");

    @ArchTest
    static void theWayOfARecordNamesClassesThatExist(JavaClasses classes) throws IOException {
        List<String> way = found(WAY, Files.readString(Path.of("..", "CONTRIBUTING.md")));
        assertThat(way).hasSize(1);

        List<String> steps = found(STEP, way.get(0));
        assertThat(steps).hasSize(10).allSatisfy(step -> assertThat(step).containsPattern(CLASS));
        assertThat(classes.that(ArchitectureTest.areProductionCode()))
                .extracting(JavaClass::getSimpleName)
                .containsAll(
                        found(CLASS, way.get(0)).stream()
                                .map(name -> name.replace("`", ""))
                                .toList());
    }

    private static List<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map(match -> match.group()).toList();
    }
}
