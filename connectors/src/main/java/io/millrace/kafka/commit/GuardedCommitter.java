package io.millrace.kafka.commit;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connector's committer, but a transaction that was lost fails the job for good.
 *
 * <p>One failure is not a loss. Transactional ids are used again: after checkpoint 1 has been
 * committed, its id may carry the records for checkpoint 3. If the job now fails before checkpoint
 * 2 is complete, it recovers from checkpoint 1 and commits that once more, and the broker answers
 * that the producer is fenced. A transaction that the broker aborted at its timeout gets the same
 * answer. They are told apart by time: a transaction younger than its timeout was not timed out.
 */
final class GuardedCommitter implements Committer<TimedCommittable> {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedCommitter.class);

    private final Committer<KafkaCommittable> committer;
    private final String topic;
    private final Duration transactionTimeout;
    private final Clock clock;
    private final Consumer<String> abortTransaction;
    private final long startedAtMillis;

    GuardedCommitter(
            Committer<KafkaCommittable> committer,
            String topic,
            Duration transactionTimeout,
            Clock clock,
            Consumer<String> abortTransaction) {
        this.committer = committer;
        this.topic = topic;
        this.transactionTimeout = transactionTimeout;
        this.clock = clock;
        this.abortTransaction = abortTransaction;
        this.startedAtMillis = clock.millis();
    }

    @Override
    public void commit(Collection<CommitRequest<TimedCommittable>> requests)
            throws IOException, InterruptedException {
        List<Request> inner = new ArrayList<>(requests.size());
        requests.forEach(request -> inner.add(new Request(request)));
        committer.commit(List.copyOf(inner));
        for (Request request : inner) {
            Throwable failure = request.failure;
            if (failure != null) {
                judge(request.outer, failure);
            }
        }
    }

    /** As a writer's: never throws. */
    @Override
    public void close() {
        Closing.close(committer, LOG, topic);
    }

    private void judge(CommitRequest<TimedCommittable> request, Throwable failure) {
        TimedCommittable timed = request.getCommittable();
        String transactionalId = timed.committable().getTransactionalId();
        if (!wasCommittedBefore(timed, failure)) {
            // The JobManager has to read this exception, and may not have Kafka's classes.
            throw new SuppressRestartsException(new IllegalStateException(lost(timed, failure)));
        }
        LOG.info(
                "Topic {}: transaction {} was committed before the restart, and its id used again.",
                topic,
                transactionalId);
        abortTransaction.accept(transactionalId);
        request.signalAlreadyCommitted();
    }

    private String lost(TimedCommittable timed, Throwable failure) {
        return ("Topic %s: a transaction could not be committed. What it wrote between %s and %s is lost. To have"
                        + " it written again, reset the group's offsets to before that time and start the job without"
                        + " its state. Either the job was down or stuck for longer than transaction-timeout (%d ms),"
                        + " or another job has the same transactional-id-prefix. %s: %s")
                .formatted(
                        topic,
                        Instant.ofEpochMilli(timed.openedAtMillis()),
                        Instant.ofEpochMilli(clock.millis()),
                        transactionTimeout.toMillis(),
                        timed.committable(),
                        failure);
    }

    /** Whether this is the answer to committing again, after a restart, what is committed. */
    private boolean wasCommittedBefore(TimedCommittable timed, Throwable failure) {
        boolean recovered = timed.openedAtMillis() < startedAtMillis;
        // A tenth for clocks that differ between machines.
        long youngMillis = transactionTimeout.toMillis() / 10 * 9;
        boolean young = clock.millis() - timed.openedAtMillis() < youngMillis;
        return failure instanceof ProducerFencedException && recovered && young;
    }

    /** The connector's view of a request; keeps to itself what the connector takes lightly. */
    private static final class Request implements CommitRequest<KafkaCommittable> {
        private final CommitRequest<TimedCommittable> outer;
        private @Nullable Throwable failure;

        Request(CommitRequest<TimedCommittable> outer) {
            this.outer = outer;
        }

        @Override
        public KafkaCommittable getCommittable() {
            return outer.getCommittable().committable();
        }

        @Override
        public int getNumberOfRetries() {
            return outer.getNumberOfRetries();
        }

        @Override
        public void signalFailedWithKnownReason(Throwable failure) {
            this.failure = failure;
        }

        @Override
        public void signalFailedWithUnknownReason(Throwable failure) {
            outer.signalFailedWithUnknownReason(failure);
        }

        @Override
        public void retryLater() {
            outer.retryLater();
        }

        @Override
        public void updateAndRetryLater(KafkaCommittable committable) {
            outer.updateAndRetryLater(
                    new TimedCommittable(committable, outer.getCommittable().openedAtMillis()));
        }

        @Override
        public void signalAlreadyCommitted() {
            outer.signalAlreadyCommitted();
        }

        /** For the connector's log. */
        @Override
        public String toString() {
            return getCommittable().toString();
        }
    }
}
