package io.millrace.kafka.commit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.api.connector.sink2.Committer;
import org.apache.flink.api.connector.sink2.Committer.CommitRequest;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.Test;

final class GuardedCommitterTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    private final List<String> aborted = new ArrayList<>();
    private final FakeRequest request = new FakeRequest(NOW.minusSeconds(60));

    @Test
    void whatIsCommittedIsLeftAlone() throws Exception {
        guard(answering(inner -> {})).commit(List.of(request));

        assertThat(request.signals).isEmpty();
        assertThat(aborted).isEmpty();
    }

    @Test
    void otherSignalsPassThrough() throws Exception {
        guard(answering(CommitRequest::retryLater)).commit(List.of(request));
        guard(answering(CommitRequest::signalAlreadyCommitted)).commit(List.of(request));
        guard(answering(r -> r.signalFailedWithUnknownReason(new IllegalStateException())))
                .commit(List.of(request));
        guard(answering(r -> r.updateAndRetryLater(committable("other")))).commit(List.of(request));

        assertThat(request.signals)
                .containsExactly("retry", "already committed", "unknown", "retry other");
    }

    @Test
    void aLostTransactionFailsTheJobForGood() {
        GuardedCommitter guard =
                guard(
                        answering(
                                r ->
                                        r.signalFailedWithKnownReason(
                                                new InvalidTxnStateException("x"))));

        assertThatThrownBy(() -> guard.commit(List.of(request)))
                .isInstanceOf(SuppressRestartsException.class)
                .cause()
                .hasMessageStartingWith(
                        "Topic out: a transaction could not be committed. What it wrote between 2026-01-01T11:59:00Z and"
                                + " 2026-01-01T12:00:00Z is lost.")
                .hasMessageContaining("transaction-timeout (600000 ms)")
                .hasMessageContaining("id");
    }

    @Test
    void aFencedProducerThatIsNotFromBeforeTheRestartIsALoss() {
        FakeRequest own = new FakeRequest(NOW);
        GuardedCommitter guard = guard(answering(GuardedCommitterTest::fenced));

        assertThatThrownBy(() -> guard.commit(List.of(own)))
                .isInstanceOf(SuppressRestartsException.class);
    }

    @Test
    void aFencedProducerOlderThanItsTimeoutIsALoss() {
        FakeRequest old = new FakeRequest(NOW.minus(TIMEOUT));
        GuardedCommitter guard = guard(answering(GuardedCommitterTest::fenced));

        assertThatThrownBy(() -> guard.commit(List.of(old)))
                .isInstanceOf(SuppressRestartsException.class);
        assertThat(aborted).isEmpty();
    }

    @Test
    void aFencedProducerFromBeforeTheRestartWasCommitted() throws Exception {
        guard(answering(GuardedCommitterTest::fenced)).commit(List.of(request));

        assertThat(request.signals).containsExactly("already committed");
        // What the id was used for since then holds consumers up until it is aborted.
        assertThat(aborted).containsExactly("id");
    }

    @Test
    void theTimeTravelsWithTheCommittable() throws Exception {
        TimedCommittable.Serializer serializer =
                new TimedCommittable.Serializer(new FakeSerializer());
        byte[] bytes = serializer.serialize(new TimedCommittable(committable("id-7"), 1234567L));

        TimedCommittable read = serializer.deserialize(serializer.getVersion(), bytes);

        assertThat(read.openedAtMillis()).isEqualTo(1234567L);
        assertThat(read.committable().getTransactionalId()).isEqualTo("id-7");
    }

    private static void fenced(CommitRequest<KafkaCommittable> inner) {
        inner.signalFailedWithKnownReason(new ProducerFencedException("fenced"));
    }

    private GuardedCommitter guard(Committer<KafkaCommittable> committer) {
        return new GuardedCommitter(
                committer, "out", TIMEOUT, Clock.fixed(NOW, ZoneOffset.UTC), aborted::add);
    }

    private static Committer<KafkaCommittable> answering(
            Consumer<CommitRequest<KafkaCommittable>> answer) {
        return new Committer<>() {
            @Override
            public void commit(Collection<CommitRequest<KafkaCommittable>> requests) {
                requests.forEach(answer);
            }

            @Override
            public void close() {}
        };
    }

    private static KafkaCommittable committable(String transactionalId) {
        return new KafkaCommittable(1, (short) 0, transactionalId, null);
    }

    private static final class FakeRequest implements CommitRequest<TimedCommittable> {
        private final TimedCommittable committable;
        private final List<String> signals = new ArrayList<>();

        FakeRequest(Instant openedAt) {
            this.committable = new TimedCommittable(committable("id"), openedAt.toEpochMilli());
        }

        @Override
        public TimedCommittable getCommittable() {
            return committable;
        }

        @Override
        public int getNumberOfRetries() {
            return 0;
        }

        @Override
        public void signalFailedWithKnownReason(Throwable failure) {
            signals.add("known");
        }

        @Override
        public void signalFailedWithUnknownReason(Throwable failure) {
            signals.add("unknown");
        }

        @Override
        public void retryLater() {
            signals.add("retry");
        }

        @Override
        public void updateAndRetryLater(TimedCommittable updated) {
            assertThat(updated.openedAtMillis()).isEqualTo(committable.openedAtMillis());
            signals.add("retry " + updated.committable().getTransactionalId());
        }

        @Override
        public void signalAlreadyCommitted() {
            signals.add("already committed");
        }
    }

    private static final class FakeSerializer
            implements SimpleVersionedSerializer<KafkaCommittable> {
        @Override
        public int getVersion() {
            return 1;
        }

        @Override
        public byte[] serialize(KafkaCommittable committable) {
            return committable.getTransactionalId().getBytes(UTF_8);
        }

        @Override
        public KafkaCommittable deserialize(int version, byte[] bytes) {
            return committable(new String(bytes, UTF_8));
        }
    }
}
