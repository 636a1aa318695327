package io.millrace.kafka.check;

import io.millrace.kafka.options.KafkaJobOptions;
import io.millrace.kafka.options.SinkRole;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether another job has transactions under this job's prefix. Two such jobs abort each other's.
 *
 * <p>An open transaction alone says nothing: a job that was killed leaves one, and must be able to
 * start again. But the dead write nothing more. So open ones are looked at twice, and one that has
 * been written to meanwhile, or has been committed and opened again, has an owner that lives.
 */
final class TransactionOwners {
    private static final Logger LOG = LoggerFactory.getLogger(TransactionOwners.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(1500);

    private final AdminRequests requests;
    private final KafkaJobOptions options;
    private final Pause betweenLooks;

    TransactionOwners(AdminRequests requests, KafkaJobOptions options) {
        this(requests, options, () -> TimeUnit.NANOSECONDS.sleep(BETWEEN_LOOKS.toNanos()));
    }

    TransactionOwners(AdminRequests requests, KafkaJobOptions options, Pause betweenLooks) {
        this.requests = requests;
        this.options = options;
        this.betweenLooks = betweenLooks;
    }

    /** Time for an owner to do something. */
    @FunctionalInterface
    interface Pause {
        void pause() throws InterruptedException;
    }

    /** An open transaction; equal to an earlier look at it when nobody has used it since. */
    private record Open(long startedAtMillis, Map<TopicPartition, Integer> lastSequences) {}

    void requireNone() throws UnusableKafkaException {
        Map<String, Open> before = look();
        if (before.isEmpty()) {
            return;
        }
        try {
            betweenLooks.pause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnusableKafkaException("Interrupted while looking at open transactions");
        }
        // One that is there no more was committed, or the broker aborted it: that says nothing.
        Map<String, Open> now = look();
        Set<String> used = new TreeSet<>();
        now.forEach(
                (id, open) -> {
                    if (!open.equals(before.get(id))) {
                        used.add(id);
                    }
                });
        if (!used.isEmpty()) {
            throw new UnusableKafkaException(
                    ("Option 'transactional-id-prefix': expected '%s' to be this job's alone, found that another job is"
                                    + " writing in transaction %s. Stop that one, or give this one another prefix.")
                            .formatted(options.transactionalIdPrefix(), String.join(", ", used)));
        }
        LOG.warn(
                "Transactions {} are open, of a job that was killed or that writes little: they will be aborted or"
                        + " committed. Another job must not have --transactional-id-prefix '{}'.",
                String.join(", ", new TreeSet<>(before.keySet())),
                options.transactionalIdPrefix());
    }

    private Map<String, Open> look() throws UnusableKafkaException {
        List<String> ids =
                requests
                        .getIfAllowed(
                                "list transactions",
                                requests.admin()
                                        .listTransactions(
                                                new ListTransactionsOptions()
                                                        .filterStates(
                                                                Set.of(TransactionState.ONGOING)))
                                        .all())
                        .stream()
                        .flatMap(listed -> listed.stream().map(TransactionListing::transactionalId))
                        .filter(this::isOurs)
                        .toList();
        Map<String, Open> open = new TreeMap<>();
        for (String id : ids) {
            Optional<TransactionDescription> described =
                    requests.getIfAllowed(
                            "describe transaction " + id,
                            requests.admin().describeTransactions(List.of(id)).description(id));
            if (described.isPresent()) {
                open.put(id, open(described.get()));
            }
        }
        return open;
    }

    private boolean isOurs(String transactionalId) {
        // The sink appends two numbers.
        return Stream.of(SinkRole.values())
                .map(role -> Pattern.quote(role.transactionalIdPrefix(options)) + "-\\d+-\\d+")
                .anyMatch(transactionalId::matches);
    }

    private Open open(TransactionDescription transaction) throws UnusableKafkaException {
        Map<TopicPartition, Integer> lastSequences = new HashMap<>();
        for (TopicPartition partition : transaction.topicPartitions()) {
            Optional<PartitionProducerState> state =
                    requests.getIfAllowed(
                            "describe producers of " + partition,
                            requests.admin()
                                    .describeProducers(List.of(partition))
                                    .partitionResult(partition));
            state.stream()
                    .flatMap(found -> found.activeProducers().stream())
                    .filter(producer -> producer.producerId() == transaction.producerId())
                    .mapToInt(ProducerState::lastSequence)
                    .forEach(sequence -> lastSequences.put(partition, sequence));
        }
        return new Open(transaction.transactionStartTimeMs().orElse(0), lastSequences);
    }
}
