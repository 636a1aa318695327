package io.millrace.it.container;

import static org.junit.platform.commons.support.AnnotationSupport.findAnnotation;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks for what {@link RequiresDocker} asks for, and logs what it found. */
final class DockerCondition implements ExecutionCondition {
    private static final Logger LOG = LoggerFactory.getLogger(DockerCondition.class);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration PULL = Duration.ofMinutes(15);

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        if (context.getTestMethod().isPresent()) {
            return ConditionEvaluationResult.enabled("decided for the class");
        }
        String test = context.getRequiredTestClass().getSimpleName();
        boolean compose =
                findAnnotation(context.getRequiredTestClass(), RequiresDocker.class)
                        .map(RequiresDocker::compose)
                        .orElse(false);
        Optional<String> missing = missing(compose);
        if (missing.isPresent()) {
            LOG.warn("Container test {} is SKIPPED: {}", test, missing.get());
            return ConditionEvaluationResult.disabled(missing.get());
        }
        LOG.info("Container test {} runs, with {}", test, ContainerImages.all());
        return ConditionEvaluationResult.enabled("Docker answers");
    }

    private static Optional<String> missing(boolean compose) {
        Command version =
                Command.run(ANSWER, "docker", "version", "--format", "{{.Server.Version}}");
        if (!version.succeeded()) {
            return Optional.of("Docker does not answer: " + version.errors().strip());
        }
        if (compose && Compose.spelling().isEmpty()) {
            return Optional.of("Docker has neither 'docker compose' nor 'docker-compose'");
        }
        return ContainerImages.all().stream()
                .filter(image -> !isAvailable(image))
                .findFirst()
                .map(
                        image ->
                                "Docker answers, but the image %s is not here and cannot be pulled; '.ci/images' builds a stand-in"
                                        .formatted(image));
    }

    private static boolean isAvailable(String image) {
        return Command.run(ANSWER, "docker", "image", "inspect", image).succeeded()
                || Command.run(PULL, "docker", "pull", "--quiet", image).succeeded();
    }
}
