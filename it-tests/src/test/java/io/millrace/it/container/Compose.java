package io.millrace.it.container;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services of {@code docker-compose.yml}, as shipped, up for as long as a test class runs;
 * whatever happens they are removed after it. Their logs are shown when a test fails.
 */
public final class Compose
        implements BeforeAllCallback, AfterTestExecutionCallback, AfterAllCallback {
    static final Path FILE = Path.of("..", "docker-compose.yml").toAbsolutePath().normalize();

    private static final Logger LOG = LoggerFactory.getLogger(Compose.class);
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private final String project;
    private final Map<String, String> environment;

    /**
     * Services that are not up yet.
     *
     * @param project a name that nothing else on this Docker uses
     * @param environment values of the file's variables
     */
    public Compose(String project, Map<String, String> environment) {
        this.project = project;
        this.environment = Map.copyOf(environment);
    }

    /** The command as this machine spells it: a plugin of Docker's, or the older program. */
    static Optional<List<String>> spelling() {
        return Stream.of(List.of("docker", "compose"), List.of("docker-compose"))
                .filter(words -> Command.run(TIMEOUT, Map.of(), with(words, "version")).succeeded())
                .findFirst();
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        try {
            run("up", "-d");
        } catch (IllegalStateException e) {
            showLogs();
            throw e;
        }
    }

    @Override
    public void afterTestExecution(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            showLogs();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        run("down", "--volumes", "--remove-orphans");
    }

    /** Runs a compose command such as {@code up -d job}, and returns what it printed. */
    public String run(String... arguments) {
        return command(arguments).outputOrThrow();
    }

    /** Runs a program inside a service's container. */
    public String exec(String service, String... program) {
        return run(with(List.of("exec", "-T", service), program).toArray(String[]::new));
    }

    /** A service's container: what Docker calls it, and when it was last started. */
    public String container(String service) {
        String id = run("ps", "-q", service).strip();
        String format = "{{.Id}} started {{.State.StartedAt}}";
        return Command.run(TIMEOUT, "docker", "inspect", "--format", format, id).outputOrThrow();
    }

    private Command command(String... arguments) {
        List<String> words = with(spelling().orElseThrow(), "--project-name", project);
        words = with(words, "--file", FILE.toString());
        return Command.run(TIMEOUT, environment, with(words, arguments));
    }

    private void showLogs() {
        LOG.error("{}:\n{}", project, command("logs", "--no-color", "--tail=200").output());
    }

    private static List<String> with(List<String> words, String... more) {
        List<String> all = new ArrayList<>(words);
        all.addAll(List.of(more));
        return all;
    }
}
