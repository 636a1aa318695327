package io.millrace.it.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The build, {@code docker-compose.yml} and {@code .ci/images} speak of the same versions. */
class DockerImageVersionsTest {
    private static final Path POM = Path.of("..", "pom.xml");
    private static final Path CI_IMAGES = Path.of("..", ".ci", "images");

    @Test
    void composeNamesTheImagesOfTheBuildsVersions() throws IOException {
        assertThat(ContainerImages.all())
                .containsExactlyInAnyOrder(
                        "apache/kafka:" + element("kafka.version"),
                        "flink:" + element("flink.version") + "-scala_2.12-java17");
    }

    @Test
    void standInsHaveTheNamesThatComposeAsksFor() {
        Command names =
                Command.run(Duration.ofSeconds(30), "bash", CI_IMAGES.toString(), "--names");
        assertThat(names.outputOrThrow().lines())
                .containsExactlyInAnyOrderElementsOf(ContainerImages.all());
    }

    @Test
    void composeMountsTheDistributionOfThisVersion() throws IOException {
        assertThat(
                        Pattern.compile("target/(millrace-[^}/ ]+)")
                                .matcher(Files.readString(Compose.FILE))
                                .results()
                                .map((MatchResult distribution) -> distribution.group(1)))
                .isNotEmpty()
                .containsOnly("millrace-" + element("version"));
    }

    /** The first element of this name in the root's pom.xml. */
    private static String element(String name) throws IOException {
        Matcher element =
                Pattern.compile("<%1$s>(.*)</%1$s>".formatted(Pattern.quote(name)))
                        .matcher(Files.readString(POM));
        assertThat(element.find()).as(name).isTrue();
        return element.group(1);
    }
}
