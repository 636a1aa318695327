package io.millrace.kafka.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.connector.kafka.sink.KafkaCommittable;
import org.apache.flink.connector.kafka.sink.KafkaWriterState;
import org.apache.flink.connector.kafka.sink.TwoPhaseCommittingStatefulSink.PrecommittingStatefulSinkWriter;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.junit.jupiter.api.Test;

final class TimedWriterTest {
    private static final SinkWriter.Context CONTEXT =
            new SinkWriter.Context() {
                @Override
                public long currentWatermark() {
                    return Long.MIN_VALUE;
                }

                @Override
                public Long timestamp() {
                    return 0L;
                }
            };

    private final RefusedWriter refused = new RefusedWriter();
    private final TimedWriter<String> writer =
            new TimedWriter<>(refused, "out", Clock.systemUTC(), 0);

    /** An exception while Flink cleans up a failed task ends its TaskManager. */
    @Test
    void closingAfterAFailureThrowsNothing() {
        assertThatThrownBy(() -> writer.write("a", CONTEXT)).isInstanceOf(IOException.class);

        assertThatCode(writer::close).doesNotThrowAnyException();
        assertThat(refused.closed).isTrue();
    }

    @Test
    void aFencedProducerIsExplained() {
        assertThatThrownBy(() -> writer.write("a", CONTEXT))
                .hasMessageStartingWith(
                        "Topic out: the transactional id is another producer's by now.")
                .hasRootCauseInstanceOf(InvalidProducerEpochException.class);
        assertThatThrownBy(() -> writer.flush(false)).hasMessage("no route");
    }

    /** Answers as the connector does once the broker has refused a batch, and another. */
    private static final class RefusedWriter
            implements PrecommittingStatefulSinkWriter<String, KafkaWriterState, KafkaCommittable> {
        private boolean closed;

        @Override
        public void write(String element, Context context) throws IOException {
            throw new IOException("refused", new InvalidProducerEpochException("old epoch"));
        }

        @Override
        public void flush(boolean endOfInput) throws IOException {
            throw new IOException("no route");
        }

        @Override
        public Collection<KafkaCommittable> prepareCommit() {
            return List.of();
        }

        @Override
        public List<KafkaWriterState> snapshotState(long checkpointId) {
            return List.of();
        }

        @Override
        public void close() throws Exception {
            closed = true;
            throw new IOException("refused once more");
        }
    }
}
