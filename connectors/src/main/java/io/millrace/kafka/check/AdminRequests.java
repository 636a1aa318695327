package io.millrace.kafka.check;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Waits for Kafka's answers, all of them together no longer than it has patience. */
final class AdminRequests implements AutoCloseable {
    private static final long RETRY_MILLIS = 50;
    private static final List<Class<? extends Exception>> NOT_ALLOWED_OR_NOT_THERE =
            List.of(
                    AuthorizationException.class,
                    UnknownTopicOrPartitionException.class,
                    TransactionalIdNotFoundException.class);

    private final Admin admin;
    private final String bootstrapServers;
    private final Duration patience;
    private final long deadline;

    AdminRequests(Admin admin, String bootstrapServers, Duration patience) {
        this.admin = admin;
        this.bootstrapServers = bootstrapServers;
        this.patience = patience;
        this.deadline = System.nanoTime() + patience.toNanos();
    }

    /**
     * Opens a client for these brokers.
     *
     * @param patience after which requests fail, from now on, all together
     */
    static AdminRequests open(Properties config, String bootstrapServers, Duration patience)
            throws UnusableKafkaException {
        try {
            return new AdminRequests(Admin.create(config), bootstrapServers, patience);
        } catch (KafkaException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new UnusableKafkaException(
                    "Option 'bootstrap-servers' or a client property: no client for %s: %s"
                            .formatted(bootstrapServers, cause.getMessage()));
        }
    }

    Admin admin() {
        return admin;
    }

    /** Does not wait for requests that nobody waits for any more. */
    @Override
    public void close() {
        admin.close(Duration.ZERO);
    }

    /** The answer. */
    <T> T get(String what, KafkaFuture<T> future) throws UnusableKafkaException {
        try {
            return await(what, future);
        } catch (ExecutionException e) {
            throw refused(what, e.getCause());
        }
    }

    /** The answer, or nothing when it is this exception. */
    <T> Optional<T> getUnless(
            Class<? extends Exception> expected, String what, KafkaFuture<T> future)
            throws UnusableKafkaException {
        return getUnlessAny(List.of(expected), what, future);
    }

    private <T> Optional<T> getUnlessAny(
            List<Class<? extends Exception>> expected, String what, KafkaFuture<T> future)
            throws UnusableKafkaException {
        try {
            return Optional.ofNullable(await(what, future));
        } catch (ExecutionException e) {
            if (expected.stream().anyMatch(type -> type.isInstance(e.getCause()))) {
                return Optional.empty();
            }
            throw refused(what, e.getCause());
        }
    }

    /** The first answer that is not this exception. */
    <T> T getOnceNot(
            Class<? extends Exception> passing, String what, Supplier<KafkaFuture<T>> request)
            throws UnusableKafkaException {
        Optional<T> answer = getUnless(passing, what, request.get());
        while (answer.isEmpty()) {
            try {
                TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
            } catch (InterruptedException e) {
                throw interrupted(what);
            }
            answer = getUnless(passing, what, request.get());
        }
        return answer.get();
    }

    /** The answer, or nothing when we may not ask or what we ask for is not there. */
    <T> Optional<T> getIfAllowed(String what, @Nullable KafkaFuture<T> future)
            throws UnusableKafkaException {
        return future == null
                ? Optional.empty()
                : getUnlessAny(NOT_ALLOWED_OR_NOT_THERE, what, future);
    }

    private <T> T await(String what, KafkaFuture<T> future)
            throws ExecutionException, UnusableKafkaException {
        try {
            return future.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw unreachable(what);
        } catch (InterruptedException e) {
            throw interrupted(what);
        }
    }

    private UnusableKafkaException refused(String what, @Nullable Throwable cause) {
        if (cause instanceof org.apache.kafka.common.errors.TimeoutException) {
            return unreachable(what);
        }
        if (cause instanceof AuthenticationException) {
            return new UnusableKafkaException(
                    "Kafka at %s refused the client's credentials: %s"
                            .formatted(bootstrapServers, cause.getMessage()));
        }
        if (cause instanceof AuthorizationException) {
            return new UnusableKafkaException(
                    "Kafka at %s does not allow this client to %s: %s"
                            .formatted(bootstrapServers, what, cause.getMessage()));
        }
        return new UnusableKafkaException(
                "Kafka at %s could not %s: %s".formatted(bootstrapServers, what, cause));
    }

    private static UnusableKafkaException interrupted(String what) {
        Thread.currentThread().interrupt();
        return new UnusableKafkaException("Interrupted while asking Kafka to " + what);
    }

    private UnusableKafkaException unreachable(String what) {
        return new UnusableKafkaException(
                "Option 'bootstrap-servers': no Kafka answered at %s within %d s (asked to %s). Check the address, that the"
                                .formatted(bootstrapServers, patience.toSeconds(), what)
                        + " broker runs and is reached from here, and TLS or SASL settings (--properties-file).");
    }
}
