package io.millrace.it.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The images that {@code docker-compose.yml} names; the tests use the same. */
public final class ContainerImages {
    private static final Pattern IMAGE = Pattern.compile("(?m)^ +image: (\\S+)$");

    private ContainerImages() {}

    /** Every image, once. */
    public static List<String> all() {
        try {
            return IMAGE.matcher(Files.readString(Compose.FILE))
                    .results()
                    .map((MatchResult image) -> image.group(1))
                    .distinct()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The broker's image. */
    public static String kafka() {
        return all().stream()
                .filter(image -> image.startsWith("apache/kafka:"))
                .findFirst()
                .orElseThrow();
    }
}
